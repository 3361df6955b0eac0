package dev.mayfly.registry.lambda;

import java.util.Arrays;
import java.util.Optional;

/** Every operation of the public Lambda API, and what becomes of it here. {@code docs/lambda-api.md} is made from this. */
public enum LambdaOperation {
    ADD_LAYER_VERSION_PERMISSION(
            "AddLayerVersionPermission",
            "POST",
            "/2018-10-31/layers/{LayerName}/versions/{VersionNumber}/policy",
            Support.by("LayersTest")),
    ADD_PERMISSION(
            "AddPermission", "POST", "/2015-03-31/functions/{FunctionName}/policy", Support.by("ApiPermissionsTest")),
    CHECKPOINT_DURABLE_EXECUTION(
            "CheckpointDurableExecution",
            "POST",
            "/2025-12-01/durable-executions/{DurableExecutionArn}/checkpoint",
            Support.refused(LambdaError.INVALID_PARAMETER_VALUE, Support.NO_DURABLE)),
    CREATE_ALIAS("CreateAlias", "POST", "/2015-03-31/functions/{FunctionName}/aliases", Support.by("VersionsTest")),
    CREATE_CAPACITY_PROVIDER(
            "CreateCapacityProvider",
            "POST",
            "/2025-11-30/capacity-providers",
            Support.refused(LambdaError.INVALID_PARAMETER_VALUE, Support.NO_CAPACITY)),
    CREATE_CODE_SIGNING_CONFIG(
            "CreateCodeSigningConfig",
            "POST",
            "/2020-04-22/code-signing-configs",
            Support.refused(LambdaError.INVALID_PARAMETER_VALUE, Support.NO_SIGNING)),
    CREATE_EVENT_SOURCE_MAPPING(
            "CreateEventSourceMapping", "POST", "/2015-03-31/event-source-mappings", Support.by("EventSourcesTest")),
    CREATE_FUNCTION("CreateFunction", "POST", "/2015-03-31/functions", Support.by("ControlPlaneTest")),
    CREATE_FUNCTION_URL_CONFIG(
            "CreateFunctionUrlConfig",
            "POST",
            "/2021-10-31/functions/{FunctionName}/url",
            Support.by("ApiFunctionUrlTest")),
    DELETE_ALIAS(
            "DeleteAlias",
            "DELETE",
            "/2015-03-31/functions/{FunctionName}/aliases/{Name}",
            Support.by("ApiVersionsTest")),
    DELETE_CAPACITY_PROVIDER(
            "DeleteCapacityProvider",
            "DELETE",
            "/2025-11-30/capacity-providers/{CapacityProviderName}",
            Support.refused(LambdaError.RESOURCE_NOT_FOUND, Support.NO_CAPACITY)),
    DELETE_CODE_SIGNING_CONFIG(
            "DeleteCodeSigningConfig",
            "DELETE",
            "/2020-04-22/code-signing-configs/{CodeSigningConfigArn}",
            Support.refused(LambdaError.RESOURCE_NOT_FOUND, Support.NO_SIGNING)),
    DELETE_EVENT_SOURCE_MAPPING(
            "DeleteEventSourceMapping",
            "DELETE",
            "/2015-03-31/event-source-mappings/{UUID}",
            Support.by("EventSourcesTest")),
    DELETE_FUNCTION("DeleteFunction", "DELETE", "/2015-03-31/functions/{FunctionName}", Support.by("ControlPlaneTest")),
    DELETE_FUNCTION_CODE_SIGNING_CONFIG(
            "DeleteFunctionCodeSigningConfig",
            "DELETE",
            "/2020-06-30/functions/{FunctionName}/code-signing-config",
            Support.by("ApiSettingsTest")),
    DELETE_FUNCTION_CONCURRENCY(
            "DeleteFunctionConcurrency",
            "DELETE",
            "/2017-10-31/functions/{FunctionName}/concurrency",
            Support.by("ApiConcurrencyTest")),
    DELETE_FUNCTION_EVENT_INVOKE_CONFIG(
            "DeleteFunctionEventInvokeConfig",
            "DELETE",
            "/2019-09-25/functions/{FunctionName}/event-invoke-config",
            Support.by("ApiEventInvokeConfigTest")),
    DELETE_FUNCTION_URL_CONFIG(
            "DeleteFunctionUrlConfig",
            "DELETE",
            "/2021-10-31/functions/{FunctionName}/url",
            Support.by("ApiFunctionUrlTest")),
    DELETE_LAYER_VERSION(
            "DeleteLayerVersion",
            "DELETE",
            "/2018-10-31/layers/{LayerName}/versions/{VersionNumber}",
            Support.by("LayersTest")),
    DELETE_PROVISIONED_CONCURRENCY_CONFIG(
            "DeleteProvisionedConcurrencyConfig",
            "DELETE",
            "/2019-09-30/functions/{FunctionName}/provisioned-concurrency",
            Support.by("ApiConcurrencyTest")),
    GET_ACCOUNT_SETTINGS("GetAccountSettings", "GET", "/2016-08-19/account-settings", Support.by("ApiConcurrencyTest")),
    GET_ALIAS("GetAlias", "GET", "/2015-03-31/functions/{FunctionName}/aliases/{Name}", Support.by("ApiVersionsTest")),
    GET_CAPACITY_PROVIDER(
            "GetCapacityProvider",
            "GET",
            "/2025-11-30/capacity-providers/{CapacityProviderName}",
            Support.refused(LambdaError.RESOURCE_NOT_FOUND, Support.NO_CAPACITY)),
    GET_CODE_SIGNING_CONFIG(
            "GetCodeSigningConfig",
            "GET",
            "/2020-04-22/code-signing-configs/{CodeSigningConfigArn}",
            Support.refused(LambdaError.RESOURCE_NOT_FOUND, Support.NO_SIGNING)),
    GET_DURABLE_EXECUTION(
            "GetDurableExecution",
            "GET",
            "/2025-12-01/durable-executions/{DurableExecutionArn}",
            Support.refused(LambdaError.RESOURCE_NOT_FOUND, Support.NO_DURABLE)),
    GET_DURABLE_EXECUTION_HISTORY(
            "GetDurableExecutionHistory",
            "GET",
            "/2025-12-01/durable-executions/{DurableExecutionArn}/history",
            Support.refused(LambdaError.RESOURCE_NOT_FOUND, Support.NO_DURABLE)),
    GET_DURABLE_EXECUTION_STATE(
            "GetDurableExecutionState",
            "GET",
            "/2025-12-01/durable-executions/{DurableExecutionArn}/state",
            Support.refused(LambdaError.INVALID_PARAMETER_VALUE, Support.NO_DURABLE)),
    GET_EVENT_SOURCE_MAPPING(
            "GetEventSourceMapping", "GET", "/2015-03-31/event-source-mappings/{UUID}", Support.by("EventSourcesTest")),
    GET_FUNCTION("GetFunction", "GET", "/2015-03-31/functions/{FunctionName}", Support.by("ControlPlaneTest")),
    GET_FUNCTION_CODE_SIGNING_CONFIG(
            "GetFunctionCodeSigningConfig",
            "GET",
            "/2020-06-30/functions/{FunctionName}/code-signing-config",
            Support.by("ApiSettingsTest")),
    GET_FUNCTION_CONCURRENCY(
            "GetFunctionConcurrency",
            "GET",
            "/2019-09-30/functions/{FunctionName}/concurrency",
            Support.by("ApiConcurrencyTest")),
    GET_FUNCTION_CONFIGURATION(
            "GetFunctionConfiguration",
            "GET",
            "/2015-03-31/functions/{FunctionName}/configuration",
            Support.by("ControlPlaneTest")),
    GET_FUNCTION_EVENT_INVOKE_CONFIG(
            "GetFunctionEventInvokeConfig",
            "GET",
            "/2019-09-25/functions/{FunctionName}/event-invoke-config",
            Support.by("ApiEventInvokeConfigTest")),
    GET_FUNCTION_RECURSION_CONFIG(
            "GetFunctionRecursionConfig",
            "GET",
            "/2024-08-31/functions/{FunctionName}/recursion-config",
            Support.by("ApiSettingsTest")),
    GET_FUNCTION_SCALING_CONFIG(
            "GetFunctionScalingConfig",
            "GET",
            "/2025-11-30/functions/{FunctionName}/function-scaling-config",
            Support.refused(LambdaError.INVALID_PARAMETER_VALUE, Support.NO_CAPACITY)),
    GET_FUNCTION_URL_CONFIG(
            "GetFunctionUrlConfig",
            "GET",
            "/2021-10-31/functions/{FunctionName}/url",
            Support.by("ApiFunctionUrlTest")),
    GET_LAYER_VERSION(
            "GetLayerVersion",
            "GET",
            "/2018-10-31/layers/{LayerName}/versions/{VersionNumber}",
            Support.by("LayersTest")),
    GET_LAYER_VERSION_BY_ARN(
            "GetLayerVersionByArn", "GET", "/2018-10-31/layers?find=LayerVersion", Support.by("LayersTest")),
    GET_LAYER_VERSION_POLICY(
            "GetLayerVersionPolicy",
            "GET",
            "/2018-10-31/layers/{LayerName}/versions/{VersionNumber}/policy",
            Support.by("LayersTest")),
    GET_POLICY("GetPolicy", "GET", "/2015-03-31/functions/{FunctionName}/policy", Support.by("ApiPermissionsTest")),
    GET_PROVISIONED_CONCURRENCY_CONFIG(
            "GetProvisionedConcurrencyConfig",
            "GET",
            "/2019-09-30/functions/{FunctionName}/provisioned-concurrency",
            Support.by("ApiConcurrencyTest")),
    GET_RUNTIME_MANAGEMENT_CONFIG(
            "GetRuntimeManagementConfig",
            "GET",
            "/2021-07-20/functions/{FunctionName}/runtime-management-config",
            Support.by("ApiSettingsTest")),
    INVOKE("Invoke", "POST", "/2015-03-31/functions/{FunctionName}/invocations", Support.by("InvokeTest")),
    INVOKE_ASYNC("InvokeAsync", "POST", "/2014-11-13/functions/{FunctionName}/invoke-async", Support.by("AwsCliTest")),
    INVOKE_WITH_RESPONSE_STREAM(
            "InvokeWithResponseStream",
            "POST",
            "/2021-11-15/functions/{FunctionName}/response-streaming-invocations",
            Support.by("StreamingTest")),
    LIST_ALIASES("ListAliases", "GET", "/2015-03-31/functions/{FunctionName}/aliases", Support.by("ApiVersionsTest")),
    LIST_CAPACITY_PROVIDERS("ListCapacityProviders", "GET", "/2025-11-30/capacity-providers", Support.by("AwsCliTest")),
    LIST_CODE_SIGNING_CONFIGS(
            "ListCodeSigningConfigs", "GET", "/2020-04-22/code-signing-configs", Support.by("ApiSettingsTest")),
    LIST_DURABLE_EXECUTIONS_BY_FUNCTION(
            "ListDurableExecutionsByFunction",
            "GET",
            "/2025-12-01/functions/{FunctionName}/durable-executions",
            Support.refused(LambdaError.INVALID_PARAMETER_VALUE, Support.NO_DURABLE)),
    LIST_EVENT_SOURCE_MAPPINGS(
            "ListEventSourceMappings", "GET", "/2015-03-31/event-source-mappings", Support.by("ApiSettingsTest")),
    LIST_FUNCTION_EVENT_INVOKE_CONFIGS(
            "ListFunctionEventInvokeConfigs",
            "GET",
            "/2019-09-25/functions/{FunctionName}/event-invoke-config/list",
            Support.by("ApiEventInvokeConfigTest")),
    LIST_FUNCTION_URL_CONFIGS(
            "ListFunctionUrlConfigs",
            "GET",
            "/2021-10-31/functions/{FunctionName}/urls",
            Support.by("ApiFunctionUrlTest")),
    LIST_FUNCTION_VERSIONS_BY_CAPACITY_PROVIDER(
            "ListFunctionVersionsByCapacityProvider",
            "GET",
            "/2025-11-30/capacity-providers/{CapacityProviderName}/function-versions",
            Support.refused(LambdaError.RESOURCE_NOT_FOUND, Support.NO_CAPACITY)),
    LIST_FUNCTIONS("ListFunctions", "GET", "/2015-03-31/functions", Support.by("ControlPlaneTest")),
    LIST_FUNCTIONS_BY_CODE_SIGNING_CONFIG(
            "ListFunctionsByCodeSigningConfig",
            "GET",
            "/2020-04-22/code-signing-configs/{CodeSigningConfigArn}/functions",
            Support.refused(LambdaError.RESOURCE_NOT_FOUND, Support.NO_SIGNING)),
    LIST_LAYER_VERSIONS(
            "ListLayerVersions", "GET", "/2018-10-31/layers/{LayerName}/versions", Support.by("LayersTest")),
    LIST_LAYERS("ListLayers", "GET", "/2018-10-31/layers", Support.by("LayersTest")),
    LIST_PROVISIONED_CONCURRENCY_CONFIGS(
            "ListProvisionedConcurrencyConfigs",
            "GET",
            "/2019-09-30/functions/{FunctionName}/provisioned-concurrency?List=ALL",
            Support.by("ApiConcurrencyTest")),
    LIST_TAGS("ListTags", "GET", "/2017-03-31/tags/{Resource}", Support.by("ApiSettingsTest")),
    LIST_VERSIONS_BY_FUNCTION(
            "ListVersionsByFunction",
            "GET",
            "/2015-03-31/functions/{FunctionName}/versions",
            Support.by("ApiVersionsTest")),
    PUBLISH_LAYER_VERSION(
            "PublishLayerVersion", "POST", "/2018-10-31/layers/{LayerName}/versions", Support.by("LayersTest")),
    PUBLISH_VERSION(
            "PublishVersion", "POST", "/2015-03-31/functions/{FunctionName}/versions", Support.by("VersionsTest")),
    PUT_FUNCTION_CODE_SIGNING_CONFIG(
            "PutFunctionCodeSigningConfig",
            "PUT",
            "/2020-06-30/functions/{FunctionName}/code-signing-config",
            Support.refused(LambdaError.CODE_SIGNING_CONFIG_NOT_FOUND, Support.NO_SIGNING)),
    PUT_FUNCTION_CONCURRENCY(
            "PutFunctionConcurrency",
            "PUT",
            "/2017-10-31/functions/{FunctionName}/concurrency",
            Support.by("ApiConcurrencyTest")),
    PUT_FUNCTION_EVENT_INVOKE_CONFIG(
            "PutFunctionEventInvokeConfig",
            "PUT",
            "/2019-09-25/functions/{FunctionName}/event-invoke-config",
            Support.by("ApiEventInvokeConfigTest")),
    PUT_FUNCTION_RECURSION_CONFIG(
            "PutFunctionRecursionConfig",
            "PUT",
            "/2024-08-31/functions/{FunctionName}/recursion-config",
            Support.by("ApiSettingsTest")),
    PUT_FUNCTION_SCALING_CONFIG(
            "PutFunctionScalingConfig",
            "PUT",
            "/2025-11-30/functions/{FunctionName}/function-scaling-config",
            Support.refused(LambdaError.INVALID_PARAMETER_VALUE, Support.NO_CAPACITY)),
    PUT_PROVISIONED_CONCURRENCY_CONFIG(
            "PutProvisionedConcurrencyConfig",
            "PUT",
            "/2019-09-30/functions/{FunctionName}/provisioned-concurrency",
            Support.by("ApiConcurrencyTest")),
    PUT_RUNTIME_MANAGEMENT_CONFIG(
            "PutRuntimeManagementConfig",
            "PUT",
            "/2021-07-20/functions/{FunctionName}/runtime-management-config",
            Support.by("ApiSettingsTest")),
    REMOVE_LAYER_VERSION_PERMISSION(
            "RemoveLayerVersionPermission",
            "DELETE",
            "/2018-10-31/layers/{LayerName}/versions/{VersionNumber}/policy/{StatementId}",
            Support.by("LayersTest")),
    REMOVE_PERMISSION(
            "RemovePermission",
            "DELETE",
            "/2015-03-31/functions/{FunctionName}/policy/{StatementId}",
            Support.by("ApiPermissionsTest")),
    SEND_DURABLE_EXECUTION_CALLBACK_FAILURE(
            "SendDurableExecutionCallbackFailure",
            "POST",
            "/2025-12-01/durable-execution-callbacks/{CallbackId}/fail",
            Support.refused(LambdaError.INVALID_PARAMETER_VALUE, Support.NO_DURABLE)),
    SEND_DURABLE_EXECUTION_CALLBACK_HEARTBEAT(
            "SendDurableExecutionCallbackHeartbeat",
            "POST",
            "/2025-12-01/durable-execution-callbacks/{CallbackId}/heartbeat",
            Support.refused(LambdaError.INVALID_PARAMETER_VALUE, Support.NO_DURABLE)),
    SEND_DURABLE_EXECUTION_CALLBACK_SUCCESS(
            "SendDurableExecutionCallbackSuccess",
            "POST",
            "/2025-12-01/durable-execution-callbacks/{CallbackId}/succeed",
            Support.refused(LambdaError.INVALID_PARAMETER_VALUE, Support.NO_DURABLE)),
    STOP_DURABLE_EXECUTION(
            "StopDurableExecution",
            "POST",
            "/2025-12-01/durable-executions/{DurableExecutionArn}/stop",
            Support.refused(LambdaError.RESOURCE_NOT_FOUND, Support.NO_DURABLE)),
    TAG_RESOURCE("TagResource", "POST", "/2017-03-31/tags/{Resource}", Support.by("ApiSettingsTest")),
    UNTAG_RESOURCE("UntagResource", "DELETE", "/2017-03-31/tags/{Resource}", Support.by("ApiSettingsTest")),
    UPDATE_ALIAS(
            "UpdateAlias", "PUT", "/2015-03-31/functions/{FunctionName}/aliases/{Name}", Support.by("ApiVersionsTest")),
    UPDATE_CAPACITY_PROVIDER(
            "UpdateCapacityProvider",
            "PUT",
            "/2025-11-30/capacity-providers/{CapacityProviderName}",
            Support.refused(LambdaError.RESOURCE_NOT_FOUND, Support.NO_CAPACITY)),
    UPDATE_CODE_SIGNING_CONFIG(
            "UpdateCodeSigningConfig",
            "PUT",
            "/2020-04-22/code-signing-configs/{CodeSigningConfigArn}",
            Support.refused(LambdaError.RESOURCE_NOT_FOUND, Support.NO_SIGNING)),
    UPDATE_EVENT_SOURCE_MAPPING(
            "UpdateEventSourceMapping",
            "PUT",
            "/2015-03-31/event-source-mappings/{UUID}",
            Support.by("ApiSettingsTest")),
    UPDATE_FUNCTION_CODE(
            "UpdateFunctionCode", "PUT", "/2015-03-31/functions/{FunctionName}/code", Support.by("ControlPlaneTest")),
    UPDATE_FUNCTION_CONFIGURATION(
            "UpdateFunctionConfiguration",
            "PUT",
            "/2015-03-31/functions/{FunctionName}/configuration",
            Support.by("ControlPlaneTest")),
    UPDATE_FUNCTION_EVENT_INVOKE_CONFIG(
            "UpdateFunctionEventInvokeConfig",
            "POST",
            "/2019-09-25/functions/{FunctionName}/event-invoke-config",
            Support.by("ApiEventInvokeConfigTest")),
    UPDATE_FUNCTION_URL_CONFIG(
            "UpdateFunctionUrlConfig",
            "PUT",
            "/2021-10-31/functions/{FunctionName}/url",
            Support.by("ApiFunctionUrlTest"));

    private final String operation;
    private final String method;
    private final String path;
    private final Support support;

    LambdaOperation(String operation, String method, String path, Support support) {
        this.operation = operation;
        this.method = method;
        this.path = path;
        this.support = support;
    }

    /** As AWS's documentation calls it, e.g. {@code GetFunction}. */
    public String operation() {
        return operation;
    }

    /** The HTTP method. */
    public String method() {
        return method;
    }

    /** With its variables in braces, and the part of the query that tells it from others of the same path. */
    public String path() {
        return path;
    }

    public Support support() {
        return support;
    }

    /** The operation that a request means, by its path without the query. A slash at its end is of no account. */
    static Optional<LambdaOperation> of(String method, String path) {
        String[] segments = path.split("/");
        return Arrays.stream(values())
                .filter(operation -> operation.method.equals(method) && operation.matches(segments))
                .findFirst();
    }

    private boolean matches(String[] segments) {
        String[] own = path.replaceFirst("\\?.*", "").split("/");
        if (own.length != segments.length) {
            return false;
        }
        for (int i = 0; i < own.length; i++) {
            if (!own[i].startsWith("{") && !own[i].equals(segments[i])) {
                return false;
            }
        }
        return true;
    }
}
