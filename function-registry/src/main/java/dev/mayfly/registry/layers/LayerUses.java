package dev.mayfly.registry.layers;

import dev.mayfly.registry.lambda.Caller;
import dev.mayfly.registry.lambda.LambdaError;
import java.util.List;
import org.springframework.stereotype.Component;

/** Finds the layer versions that functions want to use, and whether they may. */
@Component
public class LayerUses {

    /**
     * The layer versions with these ARNs, in that order.
     *
     * @throws dev.mayfly.registry.lambda.LambdaException when there is none, the caller may not use it, or they do not go together
     */
    public List<LayerUse> of(List<String> arns, Caller caller) {
        if (!arns.isEmpty()) {
            throw LambdaError.INVALID_PARAMETER_VALUE.with("Layer version " + arns.getFirst() + " does not exist.");
        }
        return List.of();
    }
}
