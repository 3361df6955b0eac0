package dev.mayfly.sandbox.oci;

import dev.mayfly.sandbox.contract.AttackContract;
import dev.mayfly.sandbox.contract.EnvironmentContract;
import dev.mayfly.sandbox.contract.LimitsContract;
import dev.mayfly.sandbox.contract.SystemCallContract;
import dev.mayfly.sandbox.contract.TechnologyUnderTest;
import org.junit.jupiter.api.Nested;

class PythonShellTest {
    @Nested
    class Attack extends AttackContract {
        @Override
        protected TechnologyUnderTest underTest() {
            return new PythonShells();
        }
    }

    @Nested
    class Environment extends EnvironmentContract {
        @Override
        protected TechnologyUnderTest underTest() {
            return new PythonShells();
        }
    }

    @Nested
    class Limits extends LimitsContract {
        @Override
        protected TechnologyUnderTest underTest() {
            return new PythonShells();
        }
    }

    @Nested
    class SystemCall extends SystemCallContract {
        @Override
        protected TechnologyUnderTest underTest() {
            return new PythonShells();
        }
    }
}
