package dev.mayfly.registry.lambda;

import java.io.IOException;
import org.apache.catalina.connector.Request;
import org.apache.catalina.connector.Response;
import org.apache.catalina.core.StandardHost;
import org.apache.catalina.valves.ErrorReportValve;
import org.jspecify.annotations.Nullable;
import org.springframework.boot.tomcat.servlet.TomcatServletWebServerFactory;
import org.springframework.boot.web.server.WebServerFactoryCustomizer;
import org.springframework.stereotype.Component;

/** Has Tomcat answer in JSON what it refuses by itself (an encoded slash in a path, a malformed target). */
@Component
class TomcatErrors implements WebServerFactoryCustomizer<TomcatServletWebServerFactory> {

    @Override
    public void customize(TomcatServletWebServerFactory factory) {
        factory.addContextCustomizers(context -> {
            if (context.getParent() instanceof StandardHost host) {
                host.setErrorReportValveClass(JsonErrorReport.class.getName());
            }
        });
    }

    /** Instantiated by Tomcat. */
    public static final class JsonErrorReport extends ErrorReportValve {
        @Override
        protected void report(Request request, Response response, @Nullable Throwable failure) {
            if (response.getStatus() < 400 || response.getContentWritten() > 0 || !response.setErrorReported()) {
                return;
            }
            LambdaError error = response.getStatus() >= 500 ? LambdaError.SERVICE : LambdaError.INVALID_REQUEST_CONTENT;
            byte[] body = LambdaJson.errorBody(error, "The request could not be read as HTTP.");
            response.setHeader("x-amzn-ErrorType", error.type());
            response.setContentType("application/json");
            response.setContentLength(body.length);
            try {
                response.getOutputStream().write(body);
                response.finishResponse();
            } catch (IOException e) {
                container.getLogger().debug("The client left before its error was written", e);
            }
        }
    }
}
