package dev.mayfly.sandbox.wasm;

import dev.mayfly.sandbox.contract.AttackContract;
import dev.mayfly.sandbox.contract.CleanupContract;
import dev.mayfly.sandbox.contract.EnvironmentContract;
import dev.mayfly.sandbox.contract.InitContract;
import dev.mayfly.sandbox.contract.InvocationContract;
import dev.mayfly.sandbox.contract.LifecycleContract;
import dev.mayfly.sandbox.contract.LimitsContract;
import dev.mayfly.sandbox.contract.NetworkContract;
import dev.mayfly.sandbox.contract.TechnologyUnderTest;
import dev.mayfly.sandbox.contract.VolumesContract;
import org.junit.jupiter.api.Nested;

/** The whole contract under Wasmtime. */
class WasmtimeContractTest {
    @Nested
    class Attack extends AttackContract {
        @Override
        protected TechnologyUnderTest underTest() {
            return new WasmtimeUnderTest();
        }
    }

    @Nested
    class Cleanup extends CleanupContract {
        @Override
        protected TechnologyUnderTest underTest() {
            return new WasmtimeUnderTest();
        }
    }

    @Nested
    class Environment extends EnvironmentContract {
        @Override
        protected TechnologyUnderTest underTest() {
            return new WasmtimeUnderTest();
        }
    }

    @Nested
    class Init extends InitContract {
        @Override
        protected TechnologyUnderTest underTest() {
            return new WasmtimeUnderTest();
        }
    }

    @Nested
    class Invocation extends InvocationContract {
        @Override
        protected TechnologyUnderTest underTest() {
            return new WasmtimeUnderTest();
        }
    }

    @Nested
    class Lifecycle extends LifecycleContract {
        @Override
        protected TechnologyUnderTest underTest() {
            return new WasmtimeUnderTest();
        }
    }

    @Nested
    class Limits extends LimitsContract {
        @Override
        protected TechnologyUnderTest underTest() {
            return new WasmtimeUnderTest();
        }
    }

    @Nested
    class Network extends NetworkContract {
        @Override
        protected TechnologyUnderTest underTest() {
            return new WasmtimeUnderTest();
        }
    }

    @Nested
    class Volumes extends VolumesContract {
        @Override
        protected TechnologyUnderTest underTest() {
            return new WasmtimeUnderTest();
        }
    }
}
