package io.duotone.examples.kv;

import static io.duotone.examples.kv.Command.Flag.ALLOW_BUSY;
import static io.duotone.examples.kv.Command.Flag.FAST;
import static io.duotone.examples.kv.Command.Flag.LOADING;
import static io.duotone.examples.kv.Command.Flag.NOSCRIPT;
import static io.duotone.examples.kv.Command.Flag.NO_AUTH;
import static io.duotone.examples.kv.Command.Flag.STALE;
import static io.duotone.examples.kv.Command.Flag.WHILE_SUBSCRIBED;

import io.duotone.examples.kv.Command.Keys;
import java.nio.charset.StandardCharsets;
import java.util.EnumSet;
import java.util.List;

/** The commands about the connection itself. */
final class ConnectionCommands {
    private static final Reply PONG = Reply.status("PONG");
    private static final Reply RESET = Reply.status("RESET");
    private static final Reply SUBSCRIBED_PONG = Reply.bulk("pong");
    private static final Reply EMPTY = Reply.bulk("");
    private static final int PROTOCOL = 2;

    List<Command> commands() {
        var anyTime = EnumSet.of(NOSCRIPT, LOADING, STALE);
        var hello = EnumSet.of(NOSCRIPT, LOADING, STALE, FAST, NO_AUTH, ALLOW_BUSY);
        var reset = EnumSet.of(NOSCRIPT, LOADING, STALE, FAST, NO_AUTH, ALLOW_BUSY, WHILE_SUBSCRIBED);
        return List.of(
                Command.of(
                        "ping",
                        -1,
                        Keys.NONE,
                        "Ask for a sign of life",
                        EnumSet.of(FAST, WHILE_SUBSCRIBED),
                        this::ping),
                Command.of("echo", 2, Keys.NONE, "Give back the argument", EnumSet.of(FAST), this::echo),
                Command.of("quit", -1, Keys.NONE, "Close the connection", reset, this::quit),
                Command.of("reset", 1, Keys.NONE, "Make the connection as it was at first", reset, this::reset),
                Command.of("select", 2, Keys.NONE, "Select a database", EnumSet.of(LOADING, STALE, FAST), this::select),
                Command.of("hello", -1, Keys.NONE, "Agree on a protocol version", hello, this::hello),
                Command.container(
                        "client",
                        "Commands about the connection",
                        List.of(
                                Command.of(
                                        "client|setname", 3, Keys.NONE, "Name the connection", anyTime, this::setName),
                                Command.of(
                                        "client|getname",
                                        2,
                                        Keys.NONE,
                                        "Get the name of the connection",
                                        anyTime,
                                        this::getName))),
                // What a browser sends when it is led to post to this port: the lines after it must not be taken for
                // commands.
                Command.of("post", -1, Keys.NONE, "Closes the connection", anyTime, this::refuseBrowser),
                Command.of("host:", -1, Keys.NONE, "Closes the connection", anyTime, this::refuseBrowser));
    }

    private Reply ping(Session session, Request request) {
        if (request.size() > 2) {
            throw CommandFailure.wrongArity("ping");
        }
        if (session.subscriptions().count() > 0) {
            return Reply.array(SUBSCRIBED_PONG, request.size() == 2 ? new Reply.Bulk(request.get(1)) : EMPTY);
        }
        return request.size() == 2 ? new Reply.Bulk(request.get(1)) : PONG;
    }

    private Reply echo(Session session, Request request) {
        return new Reply.Bulk(request.get(1));
    }

    private Reply quit(Session session, Request request) {
        session.closeAfterReply();
        return Reply.OK;
    }

    private Reply reset(Session session, Request request) {
        session.subscriptions().clear();
        session.select(0);
        session.rename(null);
        return RESET;
    }

    private Reply select(Session session, Request request) {
        long number;
        try {
            number = Decimal.parse(request.get(1));
        } catch (NumberFormatException malformed) {
            throw CommandFailure.notAnInteger();
        }
        if (number != (int) number) {
            throw CommandFailure.of("ERR value is out of range, value must between -2147483648 and 2147483647");
        }
        if (number < 0 || number >= Store.DATABASES) {
            throw CommandFailure.of("ERR DB index is out of range");
        }
        session.select((int) number);
        return Reply.OK;
    }

    /** Only RESP2 is spoken; clients that ask for more fall back on this error. */
    private Reply hello(Session session, Request request) {
        if (request.size() > 1) {
            long version;
            try {
                version = Decimal.parse(request.get(1));
            } catch (NumberFormatException malformed) {
                throw CommandFailure.of("ERR Protocol version is not an integer or out of range");
            }
            if (version != PROTOCOL) {
                throw CommandFailure.of("NOPROTO unsupported protocol version");
            }
            for (int i = 2; i < request.size(); i += 2) {
                if (!request.is(i, "setname") || i + 1 == request.size()) {
                    String option = new String(request.get(i), StandardCharsets.ISO_8859_1);
                    throw CommandFailure.of("ERR Syntax error in HELLO option '" + option + "'");
                }
                rename(session, request.get(i + 1));
            }
        }
        return Reply.array(
                Reply.bulk("server"),
                Reply.bulk("redis"),
                Reply.bulk("version"),
                Reply.bulk(ServerCommands.REDIS_VERSION),
                Reply.bulk("proto"),
                Reply.whole(PROTOCOL),
                Reply.bulk("id"),
                Reply.whole(session.id()),
                Reply.bulk("mode"),
                Reply.bulk("standalone"),
                Reply.bulk("role"),
                Reply.bulk("master"),
                Reply.bulk("modules"),
                Reply.EMPTY_ARRAY);
    }

    private Reply setName(Session session, Request request) {
        rename(session, request.get(2));
        return Reply.OK;
    }

    private Reply getName(Session session, Request request) {
        return Reply.bulk(session.name());
    }

    private static void rename(Session session, byte[] name) {
        for (byte character : name) {
            if (character < '!' || character > '~') {
                throw CommandFailure.of("ERR Client names cannot contain spaces, newlines or special characters.");
            }
        }
        session.rename(name.length == 0 ? null : name);
    }

    private Reply refuseBrowser(Session session, Request request) {
        session.closeAfterReply();
        return Reply.NONE;
    }
}
