/**
 * `#web`: HTTP plumbing. In a context's src/http:
 *
 *   defineProblems<TenderRefusalCode>({ 'TENDER.TOO_LATE': { status: 409, zh: '已过截止时间', en: 'Past the deadline' } });
 *
 *   @Controller('api/v1/lots')                                   // the whole path; there is no global prefix
 *   export class LotsController {
 *     @Post(':id/publication') @RequirePermission('tender.publish')
 *     async publish(@Param('id', ParseUUIDPipe) id: string, @CurrentPrincipal() who: Principal, @Body() dto: PublishDto) {
 *       return respond(await this.publishLot.run(id as LotId, who, dto));       // refusal -> problem+json
 *     }
 *     @Get() @Public() list(@Query() page: PageQuery) { ... decodeCursor / pageOf ... }
 *   }
 *
 * Every route has @Public() or @RequirePermission(): anything else is refused. DTOs are class-validator classes
 * (unknown fields are refused). Routes that take raw bytes read the request stream: @Req() request, with
 * Content-Type application/octet-stream (never parsed, never buffered).
 */
export * from './access.ts';
export * from './answers.ts';
export * from './page.ts';
export * from './plain-text.ts';
export * from './principal.ts';
export * from './problems.ts';
export * from './record.pipe.ts';
export * from './respond.ts';
export * from './configure-http.ts';
export * from './open-api.ts';
export * from './operations.controller.ts';
export * from './request-log.ts';
export * from './route-census.ts';
export * from './web.module.ts';
export type * from './problem.ts';
export { MinuteCounter, networkOf, tooManyRequests } from './rate-limit.ts';
export type { RateLimits } from './rate-limit.ts';
