/**
 * What owners configure on their buckets: one document a feature, in one table, parsed once and cached.
 *
 * <p>A feature defines its setting once:
 *
 * <pre>{@code
 * public static final Setting<Cors> CORS = Setting.xml("cors", "CORSConfiguration", Cors::read, Cors::write);
 * }</pre>
 *
 * where {@code Cors.read(XmlElement)} validates and throws the documented {@code S3Exception}, and {@code Cors.write(Cors)}
 * gives the {@code Xml} that {@code read} takes again. What is stored is what {@code write} gave. (For JSON, or when the
 * client's own text is kept: {@code new Setting<>(name, parse, write)}.)
 *
 * <p>Its three operations are beans made by {@link dev.mayfly.objects.bucket.settings.SettingHandlers}, after they have been
 * added to {@code S3Operation} and {@code S3Router}:
 *
 * <pre>{@code
 * @Bean Handler getBucketCors(SettingHandlers handlers) {
 *     return handlers.get(S3Operation.GET_BUCKET_CORS, CORS, S3Error.NO_SUCH_CORS_CONFIGURATION);
 * }
 * @Bean Handler putBucketCors(SettingHandlers handlers) {
 *     return handlers.put(S3Operation.PUT_BUCKET_CORS, CORS, 200, MAX_DOCUMENT_BYTES);
 * }
 * @Bean Handler deleteBucketCors(SettingHandlers handlers) {
 *     return handlers.delete(S3Operation.DELETE_BUCKET_CORS, CORS);
 * }
 * }</pre>
 *
 * <p>Everybody else asks {@link dev.mayfly.objects.bucket.settings.BucketSettings#find}: no query when the bucket has no
 * settings, or when they are as they were the last time.
 */
@NullMarked
package dev.mayfly.objects.bucket.settings;

import org.jspecify.annotations.NullMarked;
