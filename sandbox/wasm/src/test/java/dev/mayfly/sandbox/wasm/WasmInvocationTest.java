package dev.mayfly.sandbox.wasm;

import dev.mayfly.sandbox.contract.InvocationContract;
import dev.mayfly.sandbox.contract.TechnologyUnderTest;

class WasmInvocationTest extends InvocationContract {
    @Override
    protected TechnologyUnderTest underTest() {
        return new WasmUnderTest();
    }
}
