import com.amazonaws.services.lambda.runtime.Context;
import com.amazonaws.services.lambda.runtime.RequestHandler;
import java.util.Map;

/** Answers with its event's name and what it knows of its invocation. */
public class Hello implements RequestHandler<Map<String, Object>, Map<String, Object>> {
    private int calls;

    @Override
    public Map<String, Object> handleRequest(Map<String, Object> event, Context context) {
        if (event.containsKey("fail")) {
            throw new IllegalStateException("as asked");
        }
        context.getLogger().log("hello from " + context.getFunctionName());
        calls++;
        return Map.of(
                "name", event.getOrDefault("name", "world"),
                "calls", calls,
                "requestId", context.getAwsRequestId(),
                "arn", context.getInvokedFunctionArn());
    }
}
