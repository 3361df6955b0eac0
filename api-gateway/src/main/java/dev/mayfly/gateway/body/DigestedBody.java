package dev.mayfly.gateway.body;

import io.netty.buffer.ByteBuf;
import org.reactivestreams.Publisher;

/**
 * A body that was taken in whole.
 *
 * @param sha256 hex
 * @param length bytes
 * @param content the bytes; subscribe once
 * @param release frees what holds them; may be run more than once
 */
public record DigestedBody(String sha256, long length, Publisher<ByteBuf> content, Runnable release) {}
