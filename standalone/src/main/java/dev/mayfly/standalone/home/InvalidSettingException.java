package dev.mayfly.standalone.home;

/** A setting has a value that it does not take; the message names both. */
public final class InvalidSettingException extends IllegalArgumentException {
    private static final long serialVersionUID = 1L;

    InvalidSettingException(Setting setting, String why) {
        super(setting.name() + " cannot be used: " + why + ".");
    }
}
