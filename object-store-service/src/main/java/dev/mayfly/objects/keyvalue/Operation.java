package dev.mayfly.objects.keyvalue;

import dev.mayfly.contracts.usage.UsageEvent.RequestClass;

/** What guests can do, by the number that a message begins with. */
enum Operation {
    GET(1, RequestClass.B),
    SET(2, RequestClass.A),
    DELETE(3, RequestClass.FREE),
    EXISTS(4, RequestClass.B),
    LIST(5, RequestClass.A),
    INCREMENT(6, RequestClass.A),
    SWAP(7, RequestClass.A),
    GET_MANY(9, RequestClass.B),
    SET_MANY(10, RequestClass.A),
    DELETE_MANY(11, RequestClass.FREE);

    private final int number;
    private final RequestClass price;

    Operation(int number, RequestClass price) {
        this.number = number;
        this.price = price;
    }

    RequestClass price() {
        return price;
    }

    /** As the bill names it. */
    String title() {
        return "KeyValue." + name();
    }

    static Operation of(int number) {
        for (Operation operation : values()) {
            if (operation.number == number) {
                return operation;
            }
        }
        throw Code.INVALID.refused();
    }
}
