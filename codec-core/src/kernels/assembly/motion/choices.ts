/** Vectors that a decision tries for a node, each once. */

const CAPACITY: i32 = 24;
const VECTORS = memory.data(CAPACITY * 4, 4);

export let choiceCount: i32 = 0;

export function clearChoices(): void {
  choiceCount = 0;
}

/** The choice added as number `i`. */
@inline
export function choiceVector(i: i32): u32 {
  return load<u32>(VECTORS + ((<usize>i) << 2));
}

/** Adds a vector, unless it is there already or there is no room. */
export function addChoice(vector: u32): void {
  for (let i = 0; i < choiceCount; i++) {
    if (choiceVector(i) == vector) return;
  }
  if (choiceCount == CAPACITY) return;
  store<u32>(VECTORS + ((<usize>choiceCount) << 2), vector);
  choiceCount++;
}
