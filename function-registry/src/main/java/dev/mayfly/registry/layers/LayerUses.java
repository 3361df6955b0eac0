package dev.mayfly.registry.layers;

import dev.mayfly.registry.RegistryProperties;
import dev.mayfly.registry.lambda.Caller;
import dev.mayfly.registry.lambda.LambdaError;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.springframework.stereotype.Component;

/** Finds the layer versions that functions want to use, and whether they may. */
@Component
public class LayerUses {
    private static final int MOST = 5;

    private final LayerVersions versions;
    private final LayerPolicies policies;
    private final String region;

    LayerUses(LayerVersions versions, LayerPolicies policies, RegistryProperties properties) {
        this.versions = versions;
        this.policies = policies;
        this.region = properties.region();
    }

    /**
     * The layer versions with these ARNs, in that order.
     *
     * @throws dev.mayfly.registry.lambda.LambdaException when there is none, the caller may not use it, or they do not go together
     */
    public List<LayerUse> of(List<String> arns, Caller caller) {
        if (arns.size() > MOST) {
            throw LambdaError.INVALID_PARAMETER_VALUE.with("Cannot reference more than " + MOST + " layers.");
        }
        Map<LayerRef, String> seen = new HashMap<>();
        var uses = new ArrayList<LayerUse>();
        for (String arn : arns) {
            LayerRef.Version ref = LayerRef.version(arn, caller, region);
            String other = seen.put(ref.layer(), arn);
            if (other != null) {
                throw LambdaError.INVALID_PARAMETER_VALUE.with(
                        "Two different versions of the same layer are not allowed"
                                + " to be referenced in the same function. " + other + " and " + arn + ".");
            }
            uses.add(use(arn, ref, caller));
        }
        return uses;
    }

    private LayerUse use(String arn, LayerRef.Version ref, Caller caller) {
        boolean own = ref.layer().accountId().equals(caller.accountId());
        LayerVersion version = versions.find(ref)
                .filter(found -> policies.mayUse(caller.accountId(), found))
                .orElseThrow(() -> own
                        ? LambdaError.INVALID_PARAMETER_VALUE.with("Layer version " + arn + " does not exist.")
                        : LambdaError.ACCESS_DENIED.with(caller.user()
                                + " is not authorized to perform: lambda:GetLayerVersion on resource: " + arn
                                + " because no resource-based policy allows the lambda:GetLayerVersion action"));
        return new LayerUse(version.arn(region), version.code(), version.unzipped());
    }
}
