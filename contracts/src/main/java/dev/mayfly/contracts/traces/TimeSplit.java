package dev.mayfly.contracts.traces;

/**
 * Where the time of one attempt went, in microseconds. The parts follow each other and add up to the whole.
 *
 * @param gateway from the gateway's voucher to the invoker; 0 when the gateway was not asked
 * @param queue in the invoker, and for asynchronous events in the queue, until a host had the order
 * @param placement in the host until a sandbox was chosen or its start began, with the way to the host
 * @param fetch fetching and unpacking code that the host did not have
 * @param start starting the sandbox, or restoring it from its snapshot
 * @param init the function's init phase
 * @param handler the function's handler
 * @param response from the handler's end until the answer was handed on whole
 */
public record TimeSplit(
        long gateway, long queue, long placement, long fetch, long start, long init, long handler, long response) {

    /** The sum of all parts. */
    public long whole() {
        return gateway + queue + placement + fetch + start + init + handler + response;
    }
}
