package dev.mayfly.sandbox.microvm;

import dev.mayfly.sandbox.contract.EnvironmentContract;
import dev.mayfly.sandbox.contract.HttpLinkContract;
import dev.mayfly.sandbox.contract.InitContract;
import dev.mayfly.sandbox.contract.InvocationContract;
import dev.mayfly.sandbox.contract.TechnologyUnderTest;
import org.junit.jupiter.api.Nested;

class ProvidedMicrovmTest {
    @Nested
    class Environment extends EnvironmentContract {
        @Override
        protected TechnologyUnderTest underTest() {
            return new ProvidedMicrovms();
        }
    }

    @Nested
    class Init extends InitContract {
        @Override
        protected TechnologyUnderTest underTest() {
            return new ProvidedMicrovms();
        }
    }

    @Nested
    class Invocation extends InvocationContract {
        @Override
        protected TechnologyUnderTest underTest() {
            return new ProvidedMicrovms();
        }
    }

    @Nested
    class HttpLink extends HttpLinkContract {
        @Override
        protected TechnologyUnderTest underTest() {
            return new ProvidedMicrovms();
        }
    }
}
