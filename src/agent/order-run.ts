import { hostname } from 'node:os';
import type { RunControl } from '../engine/engine.ts';
import { asStashError, StashError } from '../errors/error.ts';
import type { FunctionControl } from '../functions/run.ts';
import type { Order, RepositoryRef } from '../orders/order.ts';
import type { OrderError, OrderResult, Report, StepReport } from '../orders/report.ts';
import type { ProcessIdentity } from '../process/identity.ts';
import { redactor } from '../secrets/redactor.ts';
import type { Journal, JournaledProcess } from './journal.ts';
import { redactedError, redactedResult, secretsOf } from './order-secrets.ts';
import type { WriteLog } from './session-log.ts';

/** What every kind of work has at hand while it carries out one order. */
export interface OrderRun {
  readonly order: Order;
  readonly signal: AbortSignal;
  readonly now: () => string;
  /** Runs a named step: it is in the report while it runs, with its duration afterwards, and in the error when it fails. */
  step<T>(name: string, work: (step: StepControl) => Promise<T>): Promise<T>;
}

export interface StepControl {
  log(line: string): void;
  /** For a command of the engine on this repository. */
  engine(repository: RepositoryRef): RunControl;
  /** For a function. */
  process(baseEnv: Record<string, string>): FunctionControl;
}

interface OrderRunOptions {
  journal: Journal;
  log: WriteLog;
  now: () => Date;
  /** Called whenever the report changed. */
  changed: () => void;
  signal: AbortSignal;
}

const FUNCTION_GRACE_MS = 30_000;

/** Carries out `work` for an order and returns its terminal report, which like log and journal holds no secret of it; never throws. */
export async function runOrder(order: Order, work: (run: OrderRun) => Promise<OrderResult>, options: OrderRunOptions): Promise<Report> {
  const { journal, now } = options;
  const secrets = redactor(secretsOf(order));
  const writeLog: WriteLog = (step, line) => options.log(step, secrets.text(line));
  const time = () => now().toISOString();
  let report: Report = { orderId: order.id, state: 'Running', startTime: time(), steps: [] };
  const update = async (change: Partial<Report>) => {
    report = { ...report, ...change };
    await journal.report(report);
    options.changed();
  };
  const setStep = (step: StepReport) => update({ steps: [...report.steps.filter((one) => one.name !== step.name), step] });
  const controlOf = (step: string): StepControl => {
    const log = (line: string) => writeLog(step, line);
    const left = () => Math.max(1, Date.parse(order.deadline) - now().getTime());
    const journaled = (identity: ProcessIdentity, repository?: RepositoryRef): JournaledProcess => ({
      pid: identity.pid,
      startTicks: identity.startTicks,
      hostname: hostname(),
      ...(repository === undefined ? {} : { repository: { namespace: repository.namespace, name: repository.name } }),
    });
    const progress = (values: Omit<NonNullable<Report['progress']>, 'step' | 'updateTime'>) =>
      void update({ progress: { step, updateTime: time(), ...values } });
    return {
      log,
      engine: (repository) => ({
        signal: options.signal,
        timeoutMs: left(),
        // Told soon: should this agent vanish with its machine, that is how it is known whose lock is left.
        onProcess: (process) => journal.processStarted(order.id, journaled(process, repository)).then(options.changed),
        onProcessEnd: (process, clean) => journal.processEnded(order.id, journaled(process, repository), clean),
        onLog: log,
        onProgress: (done) =>
          progress({
            percentDone: Math.round(done.done * 1000) / 10,
            bytesDone: done.bytesDone,
            totalBytes: done.bytesTotal,
            filesDone: done.filesDone,
            totalFiles: done.filesTotal,
          }),
      }),
      process: (baseEnv) => ({
        baseEnv,
        signal: options.signal,
        timeoutMs: left(),
        graceMs: FUNCTION_GRACE_MS,
        redact: secrets.text,
        onStart: (process) => journal.processStarted(order.id, journaled(process)),
        onLog: log,
        onProgress: (done) => progress({ ...done, filesDone: 0, totalFiles: 0 }),
      }),
    };
  };
  const run: OrderRun = {
    order,
    signal: options.signal,
    now: time,
    step: async (name, stepWork) => {
      const began = now().getTime();
      await setStep({ name, phase: 'Running' });
      writeLog(name, 'started');
      const end = (phase: StepReport['phase']) => setStep({ name, phase, seconds: (now().getTime() - began) / 1000 });
      try {
        const value = await stepWork(controlOf(name));
        await end('Succeeded');
        writeLog(name, 'done');
        return value;
      } catch (error) {
        await end('Failed');
        writeLog(name, `failed: ${(error as Error).message}`);
        throw error;
      }
    },
  };
  try {
    const result = await work(run);
    await update({ state: 'Succeeded', endTime: time(), result: redactedResult(result, secrets) });
  } catch (thrown) {
    const error = redactedError(describe(thrown, options.signal), secrets);
    writeLog('error', `${error.code}: ${error.message}`);
    await update({ state: 'Failed', endTime: time(), error });
  }
  return report;
}

/** A stop from outside has its reason in the signal; whatever the stopped process said on its way out is a consequence. */
function describe(thrown: unknown, signal: AbortSignal): OrderError {
  const error = signal.aborted && signal.reason instanceof StashError ? signal.reason : asStashError(thrown);
  return { code: error.code, message: error.message, remedy: error.remedy };
}
