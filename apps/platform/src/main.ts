import { ConfigError, parseConfig } from './config.ts';
import type { PlatformConfig } from './config.ts';
import { createApp } from './create-app.ts';
import type { Platform } from './create-app.ts';
import { injectFaults } from './fault-injection.ts';

const say = (text: string): void => void process.stdout.write(`${text}\n`);

function tell(config: PlatformConfig, port: number): void {
  const at = config.publicUrl.replace(/:\d+$/, `:${port}`);
  say('');
  say(`Glasshall is up: ${at}`);
  say(`  API description   ${at}/docs`);
  say(`  health            ${at}/health`);
  say(`  state             ${config.dataDir}`);
  say(`  database          ${config.database ? 'DATABASE_URL' : 'embedded PostgreSQL'}`);
  say(`  objects           ${config.s3 ? config.s3.endpoint : 'files'}`);
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
  process.once('SIGINT', stop);
  process.once('SIGTERM', stop);
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
    } catch (error) {
      await platform.close();
      throw error;
    }
    const { port } = platform.app.getHttpServer().address() as { port: number };
    tell(config, port);
  } catch (error) {
    fail(error, config);
  }
}

await main();
