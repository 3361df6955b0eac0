package dev.mayfly.identity.publication;

import dev.mayfly.contracts.events.Topics;

/** What the suite is told about. */
public enum Feed {
    ACCESS_KEYS(
            Topics.ACCESS_KEYS, "dev.mayfly.identity.access-key", "access_key", "access_key_change", "access_key_id"),
    ACCOUNTS(Topics.ACCOUNTS, "dev.mayfly.identity.account", "account", "account_change", "account_id");

    private final Topics topic;
    private final String eventType;
    private final String table;
    private final String notes;
    private final String column;

    Feed(Topics topic, String eventType, String table, String notes, String column) {
        this.topic = topic;
        this.eventType = eventType;
        this.table = table;
        this.notes = notes;
        this.column = column;
    }

    Topics topic() {
        return topic;
    }

    String eventType() {
        return eventType;
    }

    /** The table of what is told about; its key is {@code id}. */
    String table() {
        return table;
    }

    /** The table of the notes. */
    String notes() {
        return notes;
    }

    /** The column of the notes that names what changed. */
    String column() {
        return column;
    }
}
