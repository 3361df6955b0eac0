package dev.mayfly.sandbox.microvm;

import dev.mayfly.sandbox.guest.Runtimes;

/**
 * A machine without a function.
 *
 * @param runtime whose interpreter runs in it; {@link Runtimes#PROVIDED} for none
 */
record ShellKind(String runtime, Size size) {
    static ShellKind empty(Size size) {
        return new ShellKind(Runtimes.PROVIDED, size);
    }

    boolean isEmpty() {
        return runtime.equals(Runtimes.PROVIDED);
    }

    String name() {
        return runtime + "@" + size.functionMb();
    }

    static ShellKind of(String name) {
        int at = name.lastIndexOf('@');
        return new ShellKind(name.substring(0, at), new Size(Integer.parseInt(name.substring(at + 1))));
    }
}
