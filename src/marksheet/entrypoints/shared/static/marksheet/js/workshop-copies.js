// What was typed on the marking screen, kept in this browser until the server has it.

const PREFIX = "workshop:";

export class Copies {
  constructor(key) {
    this.key = PREFIX + key;
    this.mine = PREFIX + key.split(":")[0];
  }

  get() {
    return read(this.key);
  }

  put(copy) {
    try {
      localStorage.setItem(this.key, JSON.stringify(copy));
    } catch {
      // Storage is full or refused: what is typed still lives in the page, and leaving it asks first.
    }
  }

  drop() {
    try {
      localStorage.removeItem(this.key);
    } catch {
      // Nothing was kept.
    }
  }

  // Copies of the same person's other questions.
  others() {
    try {
      const keys = Object.keys(localStorage).filter((key) => key.startsWith(this.mine) && key !== this.key);
      return keys.map(read).filter(Boolean);
    } catch {
      return [];
    }
  }
}

function read(key) {
  try {
    return JSON.parse(localStorage.getItem(key));
  } catch {
    return null;
  }
}
