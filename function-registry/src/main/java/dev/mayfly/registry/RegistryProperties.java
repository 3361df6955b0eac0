package dev.mayfly.registry;

import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Set;
import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;
import org.springframework.util.unit.DataSize;

/**
 * Every tunable of the function registry.
 *
 * @param trustKey Base64 of 32 bytes, shared by all services of the installation. No default.
 * @param kafka Kafka's bootstrap servers
 * @param region the one region that ARNs name
 * @param data local folder for uploads that are being checked; emptied at every start
 * @param services where the siblings are
 * @param limits what may be deployed
 * @param concurrency what an account may run at once
 * @param hosts how hosts are listened for
 * @param publication how changes reach Kafka
 * @param codeKeeping how long unused code stays
 * @param images where images come from
 * @param preparation how hosts make ready what cannot run at once
 */
@ConfigurationProperties("mayfly")
public record RegistryProperties(
        String trustKey,
        @DefaultValue("127.0.0.1:19092") String kafka,
        @DefaultValue("us-east-1") String region,
        @DefaultValue(".mayfly/data/function-registry") Path data,
        @DefaultValue Services services,
        @DefaultValue Limits limits,
        @DefaultValue Concurrency concurrency,
        @DefaultValue Hosts hosts,
        @DefaultValue Publication publication,
        @DefaultValue CodeKeeping codeKeeping,
        @DefaultValue Images images,
        @DefaultValue Preparation preparation) {

    /**
     * @param objects the object store
     * @param gateway the public endpoint; links to code begin with it
     */
    public record Services(
            @DefaultValue("http://127.0.0.1:18186") URI objects,
            @DefaultValue("http://127.0.0.1:8080") URI gateway) {}

    /**
     * @param inlineZip largest zip inside a request, in bytes once decoded. AWS: 50 MB.
     * @param unzipped largest sum of all files of a zip, and largest zip from a bucket. AWS: 250 MB.
     * @param image largest image, with its layers as they are packed. AWS: 10 GB unpacked.
     * @param zipEntries most entries in one zip
     * @param request largest request that carries no zip, and largest share of one that is not the zip
     * @param rules largest sum of a function's aliases, policies, event invoke configurations and provisioned concurrency with all
     *     its qualifiers, as JSON: one record on Kafka, of which topics take 2 MB at most
     * @param codeStorage sum of the code sizes of an account's functions. AWS: 75 GB.
     * @param concurrentUploads how many zips are received and checked at once; each takes up to its size on disk
     * @param uploadWait how long a further upload waits for its turn before it is answered 429
     */
    public record Limits(
            @DefaultValue("50MB") DataSize inlineZip,
            @DefaultValue("250MB") DataSize unzipped,
            @DefaultValue("10GB") DataSize image,
            @DefaultValue("65535") int zipEntries,
            @DefaultValue("1MB") DataSize request,
            @DefaultValue("512KB") DataSize rules,
            @DefaultValue("75GB") DataSize codeStorage,
            @DefaultValue("32") int concurrentUploads,
            @DefaultValue("20s") Duration uploadWait) {}

    /**
     * @param account how many invocations of an account's functions may run at once; invokers must be told the same, as {@code MAYFLY_ACCOUNT_CONCURRENCY}
     *     tells both. AWS: 1,000.
     * @param unreserved what no function can reserve of it. AWS: 100.
     */
    public record Concurrency(
            @DefaultValue("1000") int account,
            @DefaultValue("100") int unreserved) {}

    /**
     * @param silence a host not heard of for this long is gone
     * @param firstWait how long a deployment waits for a first host to report, and for hosts that are still finding out whether they
     *     can run the tier that is asked for
     */
    public record Hosts(
            @DefaultValue("15s") Duration silence,
            @DefaultValue("5s") Duration firstWait) {}

    /**
     * @param answerWait how long an answer waits for Kafka to have the change; past it the answer goes out and the change
     *     follows
     * @param retry pause after Kafka refused, and between looks for changes of other registries
     */
    public record Publication(
            @DefaultValue("2s") Duration answerWait,
            @DefaultValue("1s") Duration retry) {}

    /**
     * @param link how long the {@code Code.Location} of GetFunction works. AWS: 10 minutes.
     * @param afterUse how long code stays after the last function that used it let go of it
     * @param upload how long code stays that was stored for a deployment that did not finish
     * @param sweep pause between two looks for code that may go
     */
    public record CodeKeeping(
            @DefaultValue("10m") Duration link,
            @DefaultValue("15m") Duration afterUse,
            @DefaultValue("1h") Duration upload,
            @DefaultValue("1m") Duration sweep) {}

    /**
     * @param registries {@code host:port}, or {@code host} for all its ports, of image registries that may be connected to although
     *     their address is not public, and of what they redirect to
     * @param pullLimit how long reading one image from a registry may take, from the first connection to the last byte
     */
    public record Images(
            @DefaultValue Set<String> registries,
            @DefaultValue("10m") Duration pullLimit) {}

    /**
     * @param look pause between two looks for what is to be prepared
     * @param takeover how long after a registry that worked on it was last heard of another takes a preparation over
     * @param answerLimit how long a host may take for one preparation once it has its turn; the host ends it then
     * @param limit how long after a deployment a function becomes {@code Failed} that no host could prepare; time in which it only
     *     waited for its turn is not counted
     * @param atOnce how many preparations one registry has under way at once; one account has at most half of them
     */
    public record Preparation(
            @DefaultValue("250ms") Duration look,
            @DefaultValue("15s") Duration takeover,
            @DefaultValue("5m") Duration answerLimit,
            @DefaultValue("10m") Duration limit,
            @DefaultValue("8") int atOnce) {}
}
