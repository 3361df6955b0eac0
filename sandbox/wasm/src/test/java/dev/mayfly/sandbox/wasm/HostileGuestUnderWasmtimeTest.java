package dev.mayfly.sandbox.wasm;

import java.nio.file.Path;

class HostileGuestUnderWasmtimeTest extends HostileGuestTest {
    @Override
    Path library() {
        return WasmtimeUnderTest.found();
    }
}
