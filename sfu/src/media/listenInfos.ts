import { networkInterfaces } from 'node:os';
import type { TransportListenInfo } from 'mediasoup/types';

export interface MediaAddress {
  /** Address to listen on; `0.0.0.0` or `::` means every one of this machine. */
  readonly host: string;
  readonly announcedAddress: string | undefined;
  /** UDP and TCP port, 0 = any free one. */
  readonly port: number;
}

/** Where one worker listens for media: UDP first, TCP for clients whose network stops UDP. */
export function listenInfos(address: MediaAddress): TransportListenInfo[] {
  return listenAddresses(address).flatMap((ip) =>
    (['udp', 'tcp'] as const).map((protocol) => ({
      protocol,
      ip,
      ...(address.announcedAddress === undefined
        ? {}
        : { announcedAddress: address.announcedAddress }),
      ...(address.port === 0 ? {} : { port: address.port }),
    })),
  );
}

function listenAddresses({ host, announcedAddress }: MediaAddress): string[] {
  const any = host === '0.0.0.0' || host === '::';
  if (!any || announcedAddress !== undefined) return [host];
  return Object.values(networkInterfaces())
    .flatMap((addresses) => addresses ?? [])
    .filter((address) => address.family === 'IPv4')
    .map((address) => address.address);
}
