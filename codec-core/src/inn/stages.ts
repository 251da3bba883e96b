import type { ModelManifest } from './modelPack.js';

/** Inputs of a stage: tables of u8 or s8 are bytes, row numbers are i32. */
export interface StageInputs {
  readonly bytes: Readonly<Record<string, { data: Uint8Array; width: number }>>;
  readonly neighbours: Int32Array;
  readonly rows?: Int32Array;
  /** Interpolation weights of the operating point over nine knots. */
  readonly knots: Float32Array;
}

/** The networks of a model. However they are run, they give the same bits. */
export interface Stages {
  readonly manifest: ModelManifest;
  /**
   * Runs one stage -> its outputs by name, as bytes (s8 outputs keep their bits); valid until two other
   * stages have run.
   */
  run(name: string, inputs: StageInputs): Promise<Record<string, Uint8Array>>;
}
