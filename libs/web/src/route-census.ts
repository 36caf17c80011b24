import { METHOD_METADATA, PATH_METADATA } from '@nestjs/common/constants.js';
import type { INestApplication } from '@nestjs/common';
import { RequestMethod } from '@nestjs/common';
import { DiscoveryService, MetadataScanner, Reflector } from '@nestjs/core';
import { ACCESS } from './access.ts';
import type { Access } from './access.ts';

export interface Route {
  readonly method: string;
  readonly path: string;
  /** Controller and method, for the reader of a fault. */
  readonly handler: string;
  /** Null: nobody said who may call it. */
  readonly access: Access | null;
}

const list = (value: unknown): string[] => (Array.isArray(value) ? value.map(String) : [String(value ?? '')]);

/** Every route of every controller, with who may call it. */
export function routeCensus(app: INestApplication): Route[] {
  const reflector = app.get(Reflector);
  const scanner = new MetadataScanner();
  const routes: Route[] = [];
  for (const { metatype, instance } of app.get(DiscoveryService).getControllers()) {
    if (!metatype || !instance) continue;
    for (const name of scanner.getAllMethodNames(Object.getPrototypeOf(instance) as object)) {
      const handler = (instance as Record<string, unknown>)[name] as () => unknown;
      const method = Reflect.getMetadata(METHOD_METADATA, handler) as RequestMethod | undefined;
      if (method === undefined) continue;
      const access = reflector.getAllAndOverride<Access | undefined>(ACCESS, [handler, metatype]) ?? null;
      for (const base of list(Reflect.getMetadata(PATH_METADATA, metatype)))
        for (const tail of list(Reflect.getMetadata(PATH_METADATA, handler)))
          routes.push({
            method: RequestMethod[method] ?? String(method),
            path: `/${base}/${tail}`.replace(/\/+/g, '/').replace(/(.)\/$/, '$1'),
            handler: `${metatype.name}.${name}`,
            access,
          });
    }
  }
  return routes;
}

/** @throws RangeError naming every route that does not say who may call it: the platform does not start. */
export function assertEveryRouteHasAccess(app: INestApplication): void {
  const silent = routeCensus(app).filter((route) => route.access === null);
  if (silent.length === 0) return;
  const names = silent.map((route) => `${route.method} ${route.path} (${route.handler})`);
  throw new RangeError(`routes without @Public() or @RequirePermission(): ${names.join(', ')}`);
}
