import type { AddressInfo } from 'node:net';

/** This process's own door, by which everybody else comes in too; never an address that a request names. */
export function ownUrl(server: { address(): AddressInfo | string | null }): string {
  const { address, port } = server.address() as AddressInfo;
  const host = ['0.0.0.0', '::'].includes(address) ? '127.0.0.1' : address;
  return `http://${host.includes(':') ? `[${host}]` : host}:${port}`;
}
