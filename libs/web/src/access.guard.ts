import { createHash } from 'node:crypto';
import { Injectable } from '@nestjs/common';
import type { CanActivate, ExecutionContext } from '@nestjs/common';
import { ModuleRef, Reflector } from '@nestjs/core';
import { refuse, RefusalError } from '#kernel';
import { ACCESS } from './access.ts';
import type { Access, RequestWithPrincipal } from './access.ts';
import { SessionReader } from './principal.ts';
import type { Principal } from './principal.ts';

const BEARER = /^Bearer ([A-Za-z0-9_-]{32,128})$/;

const deny = (code: string, facts: Record<string, string> = {}) =>
  new RefusalError(refuse(code, facts).error);

/** Who may call which route. Denies by default: a route that does not say who may call it is called by nobody. */
@Injectable()
export class AccessGuard implements CanActivate {
  constructor(
    private readonly reflector: Reflector,
    private readonly modules: ModuleRef,
  ) {}

  async canActivate(context: ExecutionContext): Promise<boolean> {
    const targets = [context.getHandler(), context.getClass()];
    const access = this.reflector.getAllAndOverride<Access | undefined>(ACCESS, targets);
    if (!access) throw deny('WEB.FORBIDDEN');
    const request = context.switchToHttp().getRequest<RequestWithPrincipal>();
    const header = request.headers.authorization;
    if (header === undefined) {
      if (access.public) return true;
      throw deny('WEB.UNAUTHENTICATED');
    }
    const principal = await this.principalOf(header);
    if (!principal) throw deny('WEB.UNAUTHENTICATED');
    request.principal = principal;
    if (!access.public && !principal.permissions.includes(access.permission))
      throw deny('WEB.FORBIDDEN', { permission: access.permission });
    return true;
  }

  private async principalOf(header: string): Promise<Principal | null> {
    const token = BEARER.exec(header)?.[1];
    if (!token) return null;
    // Looked up by hash: the token itself is nowhere at rest, and the comparison leaks no time about it.
    const hash = createHash('sha256').update(token).digest();
    return this.modules.get(SessionReader, { strict: false }).find(hash);
  }
}
