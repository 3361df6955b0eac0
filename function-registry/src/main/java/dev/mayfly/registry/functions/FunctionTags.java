package dev.mayfly.registry.functions;

import dev.mayfly.registry.lambda.FunctionRef;
import dev.mayfly.registry.tags.TaggedResources;
import java.util.Map;
import java.util.function.UnaryOperator;
import org.springframework.stereotype.Component;

/** Tags of functions, which choose their placement too. */
@Component
class FunctionTags implements TaggedResources {
    private final Deployment deployment;

    FunctionTags(Deployment deployment) {
        this.deployment = deployment;
    }

    @Override
    public String kind() {
        return "function";
    }

    @Override
    public Map<String, String> tags(String accountId, String id) {
        return deployment.read(new FunctionRef(accountId, id, null)).tags();
    }

    @Override
    public void retag(String accountId, String id, UnaryOperator<Map<String, String>> tagging) {
        deployment.retag(new FunctionRef(accountId, id, null), tagging);
    }
}
