package dev.mayfly.gateway;

import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelHandler;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelOutboundHandlerAdapter;
import io.netty.channel.ChannelPromise;
import io.netty.handler.codec.http.DefaultFullHttpResponse;
import io.netty.handler.codec.http.HttpResponse;
import io.netty.handler.codec.http.HttpResponseStatus;
import io.netty.handler.codec.http.HttpVersion;
import io.netty.util.ReferenceCountUtil;

/**
 * Sends {@code 100 Continue} without headers. The server puts {@code Connection: close} into it where the client asked for
 * that, and Node.js takes the answer that follows for one too many.
 */
@ChannelHandler.Sharable
final class InterimAnswers extends ChannelOutboundHandlerAdapter {
    @Override
    public void write(ChannelHandlerContext context, Object message, ChannelPromise promise) {
        if (message instanceof HttpResponse response && response.status().equals(HttpResponseStatus.CONTINUE)) {
            ReferenceCountUtil.release(message);
            context.write(
                    new DefaultFullHttpResponse(
                            HttpVersion.HTTP_1_1, HttpResponseStatus.CONTINUE, Unpooled.EMPTY_BUFFER),
                    promise);
        } else {
            context.write(message, promise);
        }
    }
}
