package dev.mayfly.standalone.home;

/** The TCP ports of an installation. All but the gateway's listen on the loopback interface only. */
public record Ports(
        int gateway,
        int identity,
        int registry,
        int invoker,
        int host,
        int autoscaler,
        int objects,
        int billing,
        int observability,
        int postgres,
        int kafka,
        int kafkaController) {

    static final int INTERNAL_COUNT = 11;

    private static final int SERVICES = 18180;

    static Ports standard(int gateway) {
        return new Ports(
                gateway,
                SERVICES + 1,
                SERVICES + 2,
                SERVICES + 3,
                SERVICES + 4,
                SERVICES + 5,
                SERVICES + 6,
                SERVICES + 7,
                SERVICES + 8,
                15432,
                19092,
                19093);
    }

    static Ports from(int gateway, int base) {
        return new Ports(
                gateway, base + 1, base + 2, base + 3, base + 4, base + 5, base + 6, base + 7, base + 8, base + 9,
                base + 10, base + 11);
    }
}
