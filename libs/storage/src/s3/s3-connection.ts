import http from 'node:http';
import https from 'node:https';
import { Client } from 'minio';
import { StorageUnavailableError } from '#kernel';
import { BlobMismatchError, BlobNotFoundError, BlobRetainedError } from '../blob-store.ts';

export interface S3Options {
  /** `http://127.0.0.1:9000` */
  readonly endpoint: string;
  readonly accessKey: string;
  readonly secretKey: string;
  readonly bucket: string;
  readonly region: string;
}

const IDLE_TIMEOUT_MS = 30_000;
/** Where minio's client would wait, retry a stream that is spent and print to the console. */
const RETRIED_BY_MINIO = new Set([408, 429, 499, 500, 502, 503, 504, 520]);
/** Same meaning, outside of that list, so that the error's own code in the XML reaches us. */
const SERVER_FAULT = 599;

/** Node's request with an idle timeout, and with server faults passed on instead of retried. */
function transport(secure: boolean): typeof http {
  const { request } = secure ? https : http;
  return {
    request(options: http.RequestOptions, onResponse: (response: http.IncomingMessage) => void) {
      const sent = request(options, (response) => {
        if (RETRIED_BY_MINIO.has(response.statusCode ?? 0)) response.statusCode = SERVER_FAULT;
        onResponse(response);
      });
      sent.setTimeout(IDLE_TIMEOUT_MS, () => {
        sent.destroy(Object.assign(new Error('the object store does not answer'), { code: 'ETIMEDOUT' }));
      });
      return sent;
    },
  } as unknown as typeof http;
}

export function createClient(options: S3Options): Client {
  const url = new URL(options.endpoint);
  const secure = url.protocol === 'https:';
  const agents = { keepAlive: true, maxSockets: 128, keepAliveMsecs: 10_000 };
  const client = new Client({
    endPoint: url.hostname.replace(/^\[|\]$/g, ''),
    port: Number(url.port || (secure ? 443 : 80)),
    useSSL: secure,
    accessKey: options.accessKey,
    secretKey: options.secretKey,
    region: options.region,
    pathStyle: true,
    transport: transport(secure),
    transportAgent: secure ? new https.Agent(agents) : new http.Agent(agents),
    retryOptions: { disableRetry: true },
  });
  // The hash of a stream is not known before it is sent. Over http the ETag (MD5) is compared afterwards.
  client.enableSHA256 = false;
  return client;
}

const codeOf = (error: unknown): string => {
  const code = (error as { code?: unknown } | null)?.code;
  return typeof code === 'string' ? code : '';
};

export const isNoSuchKey = (error: unknown): boolean => ['NoSuchKey', 'NotFound'].includes(codeOf(error));

/** An object without retention, in a bucket with object lock. */
export const isNotRetained = (error: unknown): boolean =>
  ['NoSuchObjectLockConfiguration', 'ObjectLockConfigurationNotFoundError', 'InvalidRequest'].includes(
    codeOf(error),
  );

/** S3 says NoSuchUpload; Ceph's gateway answers 500 for an id that it cannot read. */
export const mayBeNoSuchUpload = (error: unknown): boolean =>
  ['NoSuchUpload', 'UnknownError', 'InternalError', 'NoSuchKey', 'NotFound'].includes(codeOf(error));

const PART_FAULTS = new Set(['InvalidPart', 'InvalidPartOrder', 'EntityTooSmall', 'MalformedXML']);

/** Everything that is neither ours nor about one object means: the store cannot serve now. */
export function mapS3Error(error: unknown): unknown {
  const ours = [BlobMismatchError, BlobNotFoundError, BlobRetainedError, StorageUnavailableError, RangeError];
  if (ours.some((kind) => error instanceof kind)) return error;
  const code = codeOf(error);
  if (PART_FAULTS.has(code))
    return new BlobMismatchError('part', `the object store refuses the parts: ${code}`);
  return new StorageUnavailableError('objects', code || 'unknown', { cause: error });
}
