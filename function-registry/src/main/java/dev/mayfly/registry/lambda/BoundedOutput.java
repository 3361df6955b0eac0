package dev.mayfly.registry.lambda;

import java.io.FilterOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.util.function.Supplier;

/** Refuses a zip that is larger than may come inside a request. */
final class BoundedOutput extends FilterOutputStream {
    private final long limit;
    private final Supplier<LambdaException> tooLarge;
    private long length;

    BoundedOutput(OutputStream out, long limit, Supplier<LambdaException> tooLarge) {
        super(out);
        this.limit = limit;
        this.tooLarge = tooLarge;
    }

    @Override
    public void write(int one) throws IOException {
        count(1);
        out.write(one);
    }

    @Override
    public void write(byte[] bytes, int offset, int count) throws IOException {
        count(count);
        out.write(bytes, offset, count);
    }

    private void count(int bytes) {
        length += bytes;
        if (length > limit) {
            throw tooLarge.get();
        }
    }
}
