package dev.mayfly.sandbox.oci;

import dev.mayfly.sandbox.contract.AttackContract;
import dev.mayfly.sandbox.contract.CleanupContract;
import dev.mayfly.sandbox.contract.EnvironmentContract;
import dev.mayfly.sandbox.contract.ExtensionsContract;
import dev.mayfly.sandbox.contract.FramedLinkContract;
import dev.mayfly.sandbox.contract.InitContract;
import dev.mayfly.sandbox.contract.InvocationContract;
import dev.mayfly.sandbox.contract.LayersContract;
import dev.mayfly.sandbox.contract.LifecycleContract;
import dev.mayfly.sandbox.contract.LimitsContract;
import dev.mayfly.sandbox.contract.NetworkContract;
import dev.mayfly.sandbox.contract.StreamingContract;
import dev.mayfly.sandbox.contract.TechnologyUnderTest;
import org.junit.jupiter.api.Nested;

class NodeContainerTest {
    @Nested
    class Attack extends AttackContract {
        @Override
        protected TechnologyUnderTest underTest() {
            return new NodeContainers();
        }
    }

    @Nested
    class Cleanup extends CleanupContract {
        @Override
        protected TechnologyUnderTest underTest() {
            return new NodeContainers();
        }
    }

    @Nested
    class Environment extends EnvironmentContract {
        @Override
        protected TechnologyUnderTest underTest() {
            return new NodeContainers();
        }
    }

    @Nested
    class Init extends InitContract {
        @Override
        protected TechnologyUnderTest underTest() {
            return new NodeContainers();
        }
    }

    @Nested
    class Invocation extends InvocationContract {
        @Override
        protected TechnologyUnderTest underTest() {
            return new NodeContainers();
        }
    }

    @Nested
    class Lifecycle extends LifecycleContract {
        @Override
        protected TechnologyUnderTest underTest() {
            return new NodeContainers();
        }
    }

    @Nested
    class Limits extends LimitsContract {
        @Override
        protected TechnologyUnderTest underTest() {
            return new NodeContainers();
        }
    }

    @Nested
    class FramedLink extends FramedLinkContract {
        @Override
        protected TechnologyUnderTest underTest() {
            return new NodeContainers();
        }
    }

    @Nested
    class Network extends NetworkContract {
        @Override
        protected TechnologyUnderTest underTest() {
            return new NodeContainers();
        }
    }

    @Nested
    class Layers extends LayersContract {
        @Override
        protected TechnologyUnderTest underTest() {
            return new NodeContainers();
        }
    }

    @Nested
    class Extensions extends ExtensionsContract {
        @Override
        protected TechnologyUnderTest underTest() {
            return new NodeContainers();
        }
    }

    @Nested
    class Streaming extends StreamingContract {
        @Override
        protected TechnologyUnderTest underTest() {
            return new NodeContainers();
        }
    }
}
