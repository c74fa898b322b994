// The work of the channel cases in Go: `channels CASE SIZE WARM-UPS ROUNDS` prints a line for each round, as the JVM variants do.
package main

import (
	"fmt"
	"os"
	"runtime"
	"strconv"
	"sync"
	"time"
)

const (
	workers = 4
	holders = 64
)

func exchange(senders, receivers, buffer, messages int) {
	channel := make(chan int, buffer)
	var done sync.WaitGroup
	for i := 0; i < senders; i++ {
		done.Add(1)
		go func() {
			defer done.Done()
			for sent := 0; sent < messages/senders; sent++ {
				channel <- sent
			}
		}()
	}
	for i := 0; i < receivers; i++ {
		done.Add(1)
		go func() {
			defer done.Done()
			for received := 0; received < messages/receivers; received++ {
				<-channel
			}
		}()
	}
	done.Wait()
}

func handOver(times int) {
	var lock sync.Mutex
	var done sync.WaitGroup
	for i := 0; i < holders; i++ {
		done.Add(1)
		go func() {
			defer done.Done()
			for held := 0; held < times/holders; held++ {
				lock.Lock()
				runtime.Gosched()
				lock.Unlock()
			}
		}()
	}
	done.Wait()
}

func main() {
	work := map[string]func(int){
		"rendezvous": func(size int) { exchange(1, 1, 0, size) },
		"buffer-16":  func(size int) { exchange(1, 1, 16, size) },
		"buffer-100": func(size int) { exchange(1, 1, 100, size) },
		"mpmc":       func(size int) { exchange(workers, workers, 64, size) },
		"lock":       handOver,
	}[os.Args[1]]
	number := func(i int) int {
		value, failure := strconv.Atoi(os.Args[i])
		if failure != nil {
			panic(failure)
		}
		return value
	}
	size, warmUps, rounds := number(2), number(3), number(4)
	for i := 0; i < warmUps; i++ {
		work(size)
	}
	for i := 0; i < rounds; i++ {
		runtime.GC()
		start := time.Now()
		work(size)
		fmt.Println("round", time.Since(start).Nanoseconds())
	}
}
