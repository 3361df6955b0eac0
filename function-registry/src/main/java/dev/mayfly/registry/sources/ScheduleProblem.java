package dev.mayfly.registry.sources;

/** Why a request about schedules is refused. */
final class ScheduleProblem extends RuntimeException {
    private static final long serialVersionUID = 1L;

    private final int status;

    ScheduleProblem(int status, String detail) {
        super(detail, null, false, false);
        this.status = status;
    }

    int status() {
        return status;
    }

    static ScheduleProblem invalid(String detail) {
        return new ScheduleProblem(400, detail);
    }

    static ScheduleProblem notFound(String name) {
        return new ScheduleProblem(404, "There is no schedule " + name + ".");
    }
}
