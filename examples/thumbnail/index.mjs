import { GetObjectCommand, PutObjectCommand, S3Client } from '@aws-sdk/client-s3';
import { PNG } from 'pngjs';

// Region, endpoint and credentials come from the sandbox's environment.
const s3 = new S3Client({ forcePathStyle: true });

/** Event: {"bucket": "...", "key": "photo.png", "width": 64}. Writes thumbnails/photo.png. */
export const handler = async ({ bucket, key, width = 64 }) => {
  const source = await s3.send(new GetObjectCommand({ Bucket: bucket, Key: key }));
  const image = PNG.sync.read(Buffer.from(await source.Body.transformToByteArray()));
  const thumbnail = shrink(image, Math.min(width, image.width));
  const target = `thumbnails/${key}`;
  await s3.send(new PutObjectCommand({
    Bucket: bucket,
    Key: target,
    Body: PNG.sync.write(thumbnail),
    ContentType: 'image/png',
  }));
  return { bucket, key: target, width: thumbnail.width, height: thumbnail.height };
};

/** Averages the pixels of each cell. */
function shrink(image, width) {
  const height = Math.max(1, Math.round((image.height * width) / image.width));
  const out = new PNG({ width, height });
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      const x0 = Math.floor((x * image.width) / width);
      const x1 = Math.max(x0 + 1, Math.floor(((x + 1) * image.width) / width));
      const y0 = Math.floor((y * image.height) / height);
      const y1 = Math.max(y0 + 1, Math.floor(((y + 1) * image.height) / height));
      for (let channel = 0; channel < 4; channel++) {
        let sum = 0;
        for (let sy = y0; sy < y1; sy++) {
          for (let sx = x0; sx < x1; sx++) sum += image.data[(sy * image.width + sx) * 4 + channel];
        }
        out.data[(y * width + x) * 4 + channel] = sum / ((x1 - x0) * (y1 - y0));
      }
    }
  }
  return out;
}
