package dev.mayfly.sandbox.oci;

import dev.mayfly.sandbox.contract.EnvironmentContract;
import dev.mayfly.sandbox.contract.InitContract;
import dev.mayfly.sandbox.contract.InvocationContract;
import dev.mayfly.sandbox.contract.LayersContract;
import dev.mayfly.sandbox.contract.SystemCallContract;
import dev.mayfly.sandbox.contract.TechnologyUnderTest;
import dev.mayfly.sandbox.contract.VolumesContract;
import org.junit.jupiter.api.Nested;

class PythonContainerTest {
    @Nested
    class Environment extends EnvironmentContract {
        @Override
        protected TechnologyUnderTest underTest() {
            return new PythonContainers();
        }
    }

    @Nested
    class Init extends InitContract {
        @Override
        protected TechnologyUnderTest underTest() {
            return new PythonContainers();
        }
    }

    @Nested
    class Invocation extends InvocationContract {
        @Override
        protected TechnologyUnderTest underTest() {
            return new PythonContainers();
        }
    }

    @Nested
    class SystemCall extends SystemCallContract {
        @Override
        protected TechnologyUnderTest underTest() {
            return new PythonContainers();
        }
    }

    @Nested
    class Layers extends LayersContract {
        @Override
        protected TechnologyUnderTest underTest() {
            return new PythonContainers();
        }
    }

    @Nested
    class Volumes extends VolumesContract {
        @Override
        protected TechnologyUnderTest underTest() {
            return new PythonContainers();
        }
    }
}
