package io.duotone.examples.kv;

/**
 * Ends a command with an error reply. Without a stack trace, since it is an answer to the client and not a fault of the
 * server.
 */
final class CommandFailure extends RuntimeException {
    private static final long serialVersionUID = 1L;

    private CommandFailure(String message) {
        super(message, null, false, false);
    }

    static CommandFailure notAnInteger() {
        return new CommandFailure("ERR value is not an integer or out of range");
    }

    static CommandFailure syntax() {
        return new CommandFailure("ERR syntax error");
    }

    static CommandFailure wrongArity(String command) {
        return new CommandFailure("ERR wrong number of arguments for '" + command + "' command");
    }

    static CommandFailure expireTime(String command) {
        return new CommandFailure("ERR invalid expire time in '" + command + "' command");
    }

    static CommandFailure of(String message) {
        return new CommandFailure(message);
    }

    Reply reply() {
        return new Reply.Failure(String.valueOf(getMessage()));
    }
}
