// An S3-speaking server over TLS on a port that the system chooses, with the bucket `blobs`: `serve.cjs MODULES FOLDER
// KEY CERTIFICATE`. It checks signatures of version 4; access key and secret are both S3RVER.
const fs = require('node:fs');
const [modules, directory, key, cert] = process.argv.slice(2);
const S3rver = require(modules + '/@20minutes/s3rver');
fs.mkdirSync(directory, { recursive: true });
new S3rver({
  address: '127.0.0.1',
  port: 0,
  silent: true,
  directory,
  key: fs.readFileSync(key),
  cert: fs.readFileSync(cert),
  vhostBuckets: false,
  configureBuckets: [{ name: 'blobs' }],
})
  .run()
  .then(({ port }) => console.log('listening on %d', port));
