package dev.mayfly.sandbox.microvm;

import dev.mayfly.sandbox.contract.AttackContract;
import dev.mayfly.sandbox.contract.CleanupContract;
import dev.mayfly.sandbox.contract.InitContract;
import dev.mayfly.sandbox.contract.InvocationContract;
import dev.mayfly.sandbox.contract.LifecycleContract;
import dev.mayfly.sandbox.contract.LimitsContract;
import dev.mayfly.sandbox.contract.NetworkContract;
import dev.mayfly.sandbox.contract.TechnologyUnderTest;
import dev.mayfly.sandbox.contract.TelemetryContract;
import org.junit.jupiter.api.Nested;

class NodeMicrovmTest {
    @Nested
    class Attack extends AttackContract {
        @Override
        protected TechnologyUnderTest underTest() {
            return new NodeMicrovms();
        }
    }

    @Nested
    class Cleanup extends CleanupContract {
        @Override
        protected TechnologyUnderTest underTest() {
            return new NodeMicrovms();
        }
    }

    @Nested
    class Telemetry extends TelemetryContract {
        @Override
        protected TechnologyUnderTest underTest() {
            return new NodeMicrovms();
        }
    }

    @Nested
    class Init extends InitContract {
        @Override
        protected TechnologyUnderTest underTest() {
            return new NodeMicrovms();
        }
    }

    @Nested
    class Invocation extends InvocationContract {
        @Override
        protected TechnologyUnderTest underTest() {
            return new NodeMicrovms();
        }
    }

    @Nested
    class Lifecycle extends LifecycleContract {
        @Override
        protected TechnologyUnderTest underTest() {
            return new NodeMicrovms();
        }
    }

    @Nested
    class Limits extends LimitsContract {
        @Override
        protected TechnologyUnderTest underTest() {
            return new NodeMicrovms();
        }
    }

    @Nested
    class Network extends NetworkContract {
        @Override
        protected TechnologyUnderTest underTest() {
            return new NodeMicrovms();
        }
    }
}
