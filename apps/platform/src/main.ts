import { ConfigError, parseConfig } from './config.ts';
import type { PlatformConfig } from './config.ts';
import { createApp } from './create-app.ts';
import type { Platform } from './create-app.ts';
import { seedDemo } from './demo-seed.ts';
import type { DemoSeed } from './demo-seed.ts';
import { injectFaults } from './fault-injection.ts';
import { ownUrl } from './own-url.ts';

const say = (text: string): void => void process.stdout.write(`${text}\n`);

/** Only the process that runs everything seeds: two web processes would do it at once. */
async function seed(config: PlatformConfig, { app }: Platform): Promise<DemoSeed | null> {
  if (!config.demo || config.role !== 'all') return null;
  return seedDemo(app, ownUrl(app.getHttpServer()));
}

function tell(config: PlatformConfig, port: number, demo: DemoSeed | null): void {
  const at = config.publicUrl.replace(/:\d+$/, `:${port}`);
  say('');
  say(`Glasshall is up: ${at}`);
  say(`  portal            ${at}/`);
  say(`  API description   ${at}/docs`);
  say(`  health            ${at}/health`);
  say(`  state             ${config.dataDir}`);
  say(`  database          ${config.database ? 'DATABASE_URL' : 'embedded PostgreSQL'}`);
  say(`  objects           ${config.s3 ? config.s3.endpoint : 'files'}`);
  if (demo) {
    say(`  guided visit      ${at}/guide`);
    say(`  demo tender       ${at}/lots/${demo.lotId}`);
    say(`  demo identities   ${demo.folder}  (*.p12, password ${demo.password})`);
  }
  say('  stop              Ctrl-C');
  say('');
}

/** What a person can act on, in one line; null: print the error as it is. */
function advice(error: unknown, config: PlatformConfig | null): string | null {
  if (error instanceof ConfigError) return error.message;
  const { code } = error as NodeJS.ErrnoException;
  if (code === 'EADDRINUSE') return `Port ${config?.port} is taken. Set another one: PORT=3001 npm start`;
  if (code === 'EACCES')
    return `Port ${config?.port} may not be used by this account. Set another one: PORT=3001 npm start`;
  return null;
}

/** Ends when a signal asks for it: also one that comes while the platform is still starting. */
function endOnSignal(started: Promise<Platform>): void {
  let stopping = false;
  const stop = () => {
    if (stopping) return;
    stopping = true;
    say('stopping');
    // A request that never ends must not hold the process for ever.
    setTimeout(() => process.exit(1), 45_000).unref();
    started
      .then((platform) => platform.close())
      .then(
        () => process.exit(0),
        (error: unknown) => fail(error, null),
      );
  };
  process.on('SIGINT', stop);
  process.on('SIGTERM', stop);
}

function fail(error: unknown, config: PlatformConfig | null): never {
  const text = advice(error, config) ?? (error instanceof Error ? error.stack : String(error));
  process.stderr.write(`${text}\n`);
  process.exit(1);
}

async function main(): Promise<void> {
  let config: PlatformConfig | null = null;
  try {
    config = parseConfig(process.env);
    if (config.faults) injectFaults(config.faults);
    const starting = createApp(config);
    endOnSignal(starting);
    const platform = await starting;
    try {
      await platform.app.listen(config.port, config.host);
      const { port } = platform.app.getHttpServer().address() as { port: number };
      tell(config, port, await seed(config, platform));
    } catch (error) {
      await platform.close();
      throw error;
    }
  } catch (error) {
    fail(error, config);
  }
}

await main();
