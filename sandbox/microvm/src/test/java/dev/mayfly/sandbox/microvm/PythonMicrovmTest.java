package dev.mayfly.sandbox.microvm;

import dev.mayfly.sandbox.contract.InitContract;
import dev.mayfly.sandbox.contract.LayersContract;
import dev.mayfly.sandbox.contract.SystemCallContract;
import dev.mayfly.sandbox.contract.TechnologyUnderTest;
import dev.mayfly.sandbox.contract.VolumesContract;
import org.junit.jupiter.api.Nested;

class PythonMicrovmTest {
    @Nested
    class Init extends InitContract {
        @Override
        protected TechnologyUnderTest underTest() {
            return new PythonMicrovms();
        }
    }

    @Nested
    class SystemCall extends SystemCallContract {
        @Override
        protected TechnologyUnderTest underTest() {
            return new PythonMicrovms();
        }
    }

    @Nested
    class Layers extends LayersContract {
        @Override
        protected TechnologyUnderTest underTest() {
            return new PythonMicrovms();
        }
    }

    @Nested
    class Volumes extends VolumesContract {
        @Override
        protected TechnologyUnderTest underTest() {
            return new PythonMicrovms();
        }
    }
}
