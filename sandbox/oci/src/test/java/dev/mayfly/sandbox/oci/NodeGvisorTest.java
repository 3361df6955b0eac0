package dev.mayfly.sandbox.oci;

import dev.mayfly.sandbox.contract.AttackContract;
import dev.mayfly.sandbox.contract.ExtensionsContract;
import dev.mayfly.sandbox.contract.InvocationContract;
import dev.mayfly.sandbox.contract.LayersContract;
import dev.mayfly.sandbox.contract.LifecycleContract;
import dev.mayfly.sandbox.contract.StreamingContract;
import dev.mayfly.sandbox.contract.TechnologyUnderTest;
import org.junit.jupiter.api.Nested;

class NodeGvisorTest {
    @Nested
    class Attack extends AttackContract {
        @Override
        protected TechnologyUnderTest underTest() {
            return new NodeGvisors();
        }
    }

    @Nested
    class Invocation extends InvocationContract {
        @Override
        protected TechnologyUnderTest underTest() {
            return new NodeGvisors();
        }
    }

    @Nested
    class Lifecycle extends LifecycleContract {
        @Override
        protected TechnologyUnderTest underTest() {
            return new NodeGvisors();
        }
    }

    @Nested
    class Layers extends LayersContract {
        @Override
        protected TechnologyUnderTest underTest() {
            return new NodeGvisors();
        }
    }

    @Nested
    class Extensions extends ExtensionsContract {
        @Override
        protected TechnologyUnderTest underTest() {
            return new NodeGvisors();
        }
    }

    @Nested
    class Streaming extends StreamingContract {
        @Override
        protected TechnologyUnderTest underTest() {
            return new NodeGvisors();
        }
    }
}
