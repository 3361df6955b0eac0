package dev.mayfly.sandbox.oci;

import dev.mayfly.sandbox.contract.CleanupContract;
import dev.mayfly.sandbox.contract.EnvironmentContract;
import dev.mayfly.sandbox.contract.LimitsContract;
import dev.mayfly.sandbox.contract.NetworkContract;
import dev.mayfly.sandbox.contract.SystemCallContract;
import dev.mayfly.sandbox.contract.TechnologyUnderTest;
import dev.mayfly.sandbox.contract.VolumesContract;
import org.junit.jupiter.api.Nested;

class PythonGvisorTest {
    @Nested
    class Cleanup extends CleanupContract {
        @Override
        protected TechnologyUnderTest underTest() {
            return new PythonGvisors();
        }
    }

    @Nested
    class Environment extends EnvironmentContract {
        @Override
        protected TechnologyUnderTest underTest() {
            return new PythonGvisors();
        }
    }

    @Nested
    class Limits extends LimitsContract {
        @Override
        protected TechnologyUnderTest underTest() {
            return new PythonGvisors();
        }
    }

    @Nested
    class Network extends NetworkContract {
        @Override
        protected TechnologyUnderTest underTest() {
            return new PythonGvisors();
        }
    }

    @Nested
    class SystemCall extends SystemCallContract {
        @Override
        protected TechnologyUnderTest underTest() {
            return new PythonGvisors();
        }
    }

    @Nested
    class Volumes extends VolumesContract {
        @Override
        protected TechnologyUnderTest underTest() {
            return new PythonGvisors();
        }
    }
}
