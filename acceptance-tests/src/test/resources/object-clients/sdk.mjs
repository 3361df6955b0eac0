// What the AWS SDK for JavaScript does with a bucket. Fails loudly; prints "all done" at the end.
import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { Readable } from 'node:stream';
import * as s3 from '@aws-sdk/client-s3';
import { Upload } from '@aws-sdk/lib-storage';
import { getSignedUrl } from '@aws-sdk/s3-request-presigner';

const client = new s3.S3Client({ endpoint: process.env.AWS_ENDPOINT_URL, forcePathStyle: true });
const Bucket = process.argv[2];
const send = (Command, input) => client.send(new s3[Command]({ Bucket, ...input }));
const fails = (promise, name) => assert.rejects(promise, error => error.name === name);

await send('CreateBucketCommand');
await send('HeadBucketCommand');
await fails(send('HeadBucketCommand', { Bucket: Bucket + '-none' }), 'NotFound');

for (const ChecksumAlgorithm of ['CRC32', 'CRC32C', 'CRC64NVME', 'SHA1', 'SHA256']) {
  const put = await send('PutObjectCommand', { Key: 'sum/' + ChecksumAlgorithm, Body: 'hello', ChecksumAlgorithm });
  const head = await send('HeadObjectCommand', { Key: 'sum/' + ChecksumAlgorithm, ChecksumMode: 'ENABLED' });
  assert.equal(head['Checksum' + ChecksumAlgorithm], put['Checksum' + ChecksumAlgorithm]);
}
const stored = await send('PutObjectCommand', {
  Key: 'a b/ü+%.txt', Body: Readable.from(['he', 'llo']), ContentLength: 5, ContentType: 'text/plain',
  CacheControl: 'no-store', Metadata: { colour: 'green' },
});
const read = await send('GetObjectCommand', { Key: 'a b/ü+%.txt' });
assert.equal(await read.Body.transformToString(), 'hello');
assert.deepEqual(
  [read.ContentType, read.CacheControl, read.Metadata.colour, read.ETag],
  ['text/plain', 'no-store', 'green', stored.ETag],
);
const range = await send('GetObjectCommand', { Key: 'a b/ü+%.txt', Range: 'bytes=1-2' });
assert.deepEqual([await range.Body.transformToString(), range.ContentRange], ['el', 'bytes 1-2/5']);
await fails(send('GetObjectCommand', { Key: 'none' }), 'NoSuchKey');
await fails(send('PutObjectCommand', { Key: 'a b/ü+%.txt', Body: 'x', IfNoneMatch: '*' }), 'PreconditionFailed');
await fails(send('GetObjectCommand', { Key: 'a b/ü+%.txt', IfMatch: '"other"' }), 'PreconditionFailed');

const big = randomBytes(12 << 20);
const uploaded = await new Upload({
  client, partSize: 5 << 20,
  params: { Bucket, Key: 'big', Body: Readable.from(function* () { for (let at = 0; at < big.length; at += 65536) yield big.subarray(at, at + 65536); }()) },
}).done();
assert.match(uploaded.ETag, /-3"$/);
assert.ok(Buffer.from(await (await send('GetObjectCommand', { Key: 'big' })).Body.transformToByteArray()).equals(big));
const attributes = await send('GetObjectAttributesCommand', { Key: 'big', ObjectAttributes: ['ETag', 'Checksum', 'ObjectParts', 'ObjectSize'], MaxParts: 2 });
assert.deepEqual(
  [attributes.ObjectSize, attributes.ObjectParts.TotalPartsCount, attributes.ObjectParts.Parts.length, attributes.ObjectParts.IsTruncated],
  [big.length, 3, 2, true],
);
const part = await send('GetObjectCommand', { Key: 'big', PartNumber: 3 });
assert.deepEqual([(await part.Body.transformToByteArray()).length, part.PartsCount], [big.length - (10 << 20), 3]);

await send('CopyObjectCommand', { Key: 'copy', CopySource: encodeURI(Bucket + '/big') });
await send('PutObjectTaggingCommand', { Key: 'copy', Tagging: { TagSet: [{ Key: 'of', Value: 'big' }] } });
assert.deepEqual((await send('GetObjectTaggingCommand', { Key: 'copy' })).TagSet, [{ Key: 'of', Value: 'big' }]);

const keys = [];
for await (const page of s3.paginateListObjectsV2({ client, pageSize: 3 }, { Bucket })) keys.push(...page.Contents.map(object => object.Key));
assert.deepEqual(keys, ['a b/ü+%.txt', 'big', 'copy', 'sum/CRC32', 'sum/CRC32C', 'sum/CRC64NVME', 'sum/SHA1', 'sum/SHA256']);
const folded = await send('ListObjectsV2Command', { Delimiter: '/' });
assert.deepEqual(folded.CommonPrefixes.map(one => one.Prefix), ['a b/', 'sum/']);

const url = await getSignedUrl(client, new s3.GetObjectCommand({ Bucket, Key: 'a b/ü+%.txt', ResponseContentType: 'text/x-other' }));
const fetched = await fetch(url);
assert.deepEqual([await fetched.text(), fetched.headers.get('content-type')], ['hello', 'text/x-other']);
const put = await fetch(await getSignedUrl(client, new s3.PutObjectCommand({ Bucket, Key: 'signed' })), { method: 'PUT', body: 'by link' });
assert.equal(put.status, 200);

await send('PutBucketVersioningCommand', { VersioningConfiguration: { Status: 'Enabled' } });
await send('PutObjectCommand', { Key: 'signed', Body: 'again' });
await send('DeleteObjectCommand', { Key: 'signed' });
const versions = await send('ListObjectVersionsCommand', { Prefix: 'signed' });
assert.deepEqual([versions.Versions.length, versions.DeleteMarkers.length], [2, 1]);
assert.equal(await (await send('GetObjectCommand', { Key: 'signed', VersionId: versions.Versions[1].VersionId })).Body.transformToString(), 'by link');

const tomorrow = new Date(Date.now() + 86400000);
const locked = Bucket + '-locked';
await send('CreateBucketCommand', { Bucket: locked, ObjectLockEnabledForBucket: true });
const held = await send('PutObjectCommand', { Bucket: locked, Key: 'held', Body: 'x', ObjectLockLegalHoldStatus: 'ON' });
const version = { Bucket: locked, Key: 'held', VersionId: held.VersionId };
await fails(send('DeleteObjectCommand', version), 'AccessDenied');
await send('PutObjectLegalHoldCommand', { ...version, LegalHold: { Status: 'OFF' } });
await send('PutObjectRetentionCommand', { ...version, Retention: { Mode: 'GOVERNANCE', RetainUntilDate: tomorrow } });
await fails(send('DeleteObjectCommand', version), 'AccessDenied');
await send('DeleteObjectCommand', { ...version, BypassGovernanceRetention: true });
await send('DeleteBucketCommand', { Bucket: locked });

const SSECustomerKey = randomBytes(32);
const customer = { SSECustomerAlgorithm: 'AES256', SSECustomerKey };
await send('PutObjectCommand', { Key: 'sealed', Body: 'secret', ...customer });
assert.equal(await (await send('GetObjectCommand', { Key: 'sealed', ...customer })).Body.transformToString(), 'secret');
await fails(send('GetObjectCommand', { Key: 'sealed' }), 'InvalidRequest');
await fails(send('GetObjectCommand', { Key: 'sealed', ...customer, SSECustomerKey: randomBytes(32) }), 'AccessDenied');
const sealed = await send('PutObjectCommand', { Key: 'sealed', Body: 'secret', ServerSideEncryption: 'AES256' });
assert.equal(sealed.ServerSideEncryption, 'AES256');
assert.equal((await send('HeadObjectCommand', { Key: 'sealed' })).ServerSideEncryption, 'AES256');

const Rules = [{ ID: 'old', Status: 'Enabled', Filter: { Prefix: 'old/' }, Expiration: { Days: 30 } }];
await send('PutBucketLifecycleConfigurationCommand', { LifecycleConfiguration: { Rules } });
assert.deepEqual((await send('GetBucketLifecycleConfigurationCommand')).Rules, Rules);
assert.match((await send('PutObjectCommand', { Key: 'old/1', Body: 'x' })).Expiration, /rule-id="old"/);

const Policy = JSON.stringify({ Version: '2012-10-17', Statement: [
  { Effect: 'Allow', Principal: '*', Action: 's3:GetObject', Resource: `arn:aws:s3:::${Bucket}/*` },
  { Effect: 'Deny', Principal: '*', Action: 's3:GetObject', Resource: `arn:aws:s3:::${Bucket}/old/*` },
] });
const open = key => fetch(`${process.env.AWS_ENDPOINT_URL}/${Bucket}/${key}`).then(answer => answer.status);
assert.equal(await open('sealed'), 403);
await send('PutBucketPolicyCommand', { Policy });
assert.deepEqual([await open('sealed'), await open('old/1')], [200, 403]);
await fails(send('GetObjectCommand', { Key: 'old/1' }), 'AccessDenied');
assert.equal((await send('GetBucketPolicyStatusCommand')).PolicyStatus.IsPublic, true);
await send('PutPublicAccessBlockCommand', { PublicAccessBlockConfiguration: { BlockPublicPolicy: true, RestrictPublicBuckets: true } });
assert.equal(await open('sealed'), 403);
await fails(send('PutBucketPolicyCommand', { Policy }), 'AccessDenied');
await send('DeletePublicAccessBlockCommand');
await send('DeleteBucketPolicyCommand');

await send('PutBucketCorsCommand', { CORSConfiguration: { CORSRules: [
  { AllowedOrigins: ['http://page.example'], AllowedMethods: ['PUT'], AllowedHeaders: ['content-type'], MaxAgeSeconds: 60 },
] } });
const link = await getSignedUrl(client, new s3.PutObjectCommand({ Bucket, Key: 'from-a-page' }));
const preflight = origin => fetch(link, { method: 'OPTIONS', headers: {
  'Origin': origin, 'Access-Control-Request-Method': 'PUT', 'Access-Control-Request-Headers': 'content-type',
} });
const allowed = await preflight('http://page.example');
assert.deepEqual(
  [allowed.status, allowed.headers.get('access-control-allow-origin'), allowed.headers.get('access-control-allow-headers')],
  [200, 'http://page.example', 'content-type'],
);
assert.equal((await preflight('http://other.example')).status, 403);

await send('PutBucketVersioningCommand', { VersioningConfiguration: { Status: 'Suspended' } });
await send('PutObjectCommand', { Key: 'signed', Body: 'of no version' });
assert.equal((await send('GetObjectCommand', { Key: 'signed', VersionId: 'null' })).VersionId, 'null');

const all = await send('ListObjectVersionsCommand');
const Objects = [...all.Versions, ...all.DeleteMarkers].map(({ Key, VersionId }) => ({ Key, VersionId }));
const deleted = await send('DeleteObjectsCommand', { Delete: { Objects } });
assert.deepEqual([deleted.Deleted.length, deleted.Errors], [Objects.length, undefined]);
await send('DeleteBucketCommand');
console.log('all done');
