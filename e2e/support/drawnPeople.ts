import type { BrowserContext } from '@playwright/test';
import { recordNotices } from './notices.js';

/** Looks of one drawn participant; colours are CSS colours. */
interface Look {
  readonly wall: readonly [string, string];
  readonly scene: 'window' | 'shelf' | 'plant' | 'pictures';
  readonly skin: string;
  readonly hair: string;
  readonly hairStyle: 'short' | 'long' | 'bun' | 'curly';
  readonly top: string;
  readonly glasses: boolean;
  readonly beard: boolean;
  /** Shifts all movements, so that no two people move alike. */
  readonly phase: number;
}

const LOOKS = {
  Anna: {
    wall: ['#dfe9e4', '#b9cfc6'],
    scene: 'plant',
    skin: '#f0c3a0',
    hair: '#5b3423',
    hairStyle: 'long',
    top: '#d9674a',
    glasses: false,
    beard: false,
    phase: 0,
  },
  Ben: {
    wall: ['#e8dfd2', '#cdbda6'],
    scene: 'shelf',
    skin: '#8d5a3c',
    hair: '#1f1714',
    hairStyle: 'short',
    top: '#2f6f8f',
    glasses: true,
    beard: true,
    phase: 1.7,
  },
  Chloe: {
    wall: ['#d9dff0', '#b3bddb'],
    scene: 'window',
    skin: '#e6b08c',
    hair: '#c07a2c',
    hairStyle: 'bun',
    top: '#6a8f4f',
    glasses: false,
    beard: false,
    phase: 3.1,
  },
  Dev: {
    wall: ['#f0dfd6', '#dcb9a6'],
    scene: 'pictures',
    skin: '#b97f57',
    hair: '#2b1d18',
    hairStyle: 'curly',
    top: '#7d5a9c',
    glasses: false,
    beard: false,
    phase: 4.6,
  },
} as const satisfies Record<string, Look>;

interface DrawnCamera {
  readonly look: Look;
  readonly fps: number;
}

/**
 * For `JoinOptions.prepare`: the page's camera shows a drawn person who sways,
 * blinks and talks, instead of the browser's test card; the microphone stays
 * the browser's. What notifications say is kept.
 */
export function drawnPerson(
  name: keyof typeof LOOKS,
  fps = 10,
): (context: BrowserContext) => Promise<void> {
  return async (context) => {
    await recordNotices(context);
    await context.addInitScript(installDrawnCamera, { look: LOOKS[name], fps });
  };
}

/** Runs in the page, before the app. */
function installDrawnCamera({ look, fps }: DrawnCamera): void {
  const { mediaDevices } = navigator;
  const getUserMedia = mediaDevices.getUserMedia.bind(mediaDevices);
  mediaDevices.getUserMedia = async (constraints) => {
    if (!constraints?.video) return getUserMedia(constraints);
    const wanted = constraints.video === true ? {} : constraints.video;
    const canvas = document.createElement('canvas');
    canvas.width = sideOf(wanted.width, 640);
    canvas.height = sideOf(wanted.height, 360);
    const context = canvas.getContext('2d');
    if (!context) throw new DOMException('no canvas', 'NotReadableError');
    const start = performance.now();
    const paint = () => drawScene(context, (performance.now() - start) / 1000);
    paint();
    const stream = canvas.captureStream(fps);
    const timer = setInterval(() => {
      paint();
      if (stream.getVideoTracks().every((track) => track.readyState === 'ended')) {
        clearInterval(timer);
      }
    }, 1000 / fps);
    return stream;
  };

  function sideOf(wish: ConstrainULong | undefined, otherwise: number): number {
    if (typeof wish === 'number') return wish;
    return wish?.exact ?? wish?.ideal ?? otherwise;
  }

  /** The whole picture, in units of a 640×360 picture. */
  function drawScene(c: CanvasRenderingContext2D, seconds: number): void {
    const t = seconds + look.phase;
    c.setTransform(c.canvas.width / 640, 0, 0, c.canvas.height / 360, 0, 0);
    drawRoom(c);
    c.save();
    c.translate(6 * Math.sin(t * 0.9), 2.5 * Math.sin(t * 1.7));
    drawPerson(c, t);
    c.restore();
  }

  function drawRoom(c: CanvasRenderingContext2D): void {
    const wall = c.createLinearGradient(0, 0, 640, 360);
    wall.addColorStop(0, look.wall[0]);
    wall.addColorStop(1, look.wall[1]);
    c.fillStyle = wall;
    c.fillRect(0, 0, 640, 360);
    switch (look.scene) {
      case 'window':
        box(c, 60, 34, 150, 190, 8, '#ffffff');
        box(c, 70, 44, 62, 80, 4, '#bfe0f5');
        box(c, 138, 44, 62, 80, 4, '#cde8f8');
        box(c, 70, 132, 62, 82, 4, '#a9d3a0');
        box(c, 138, 132, 62, 82, 4, '#98c78f');
        box(c, 48, 224, 174, 12, 4, '#f4f1ec');
        break;
      case 'shelf':
        for (const [row, y] of [70, 150].entries()) {
          box(c, 430, y + 46, 180, 8, 2, '#8a6a4a');
          const books = ['#c8553d', '#f2b05e', '#3d5a6c', '#7d9c7a', '#e8d8c0', '#5b4a6f'];
          for (const [i, color] of books.entries()) {
            const tall = 32 + ((i * 7 + row * 5) % 14);
            box(c, 438 + i * 21, y + 46 - tall, 16, tall, 2, color);
          }
        }
        break;
      case 'plant':
        box(c, 508, 236, 64, 70, 8, '#c9805b');
        for (let i = -3; i <= 3; i += 1) {
          c.save();
          c.translate(540, 240);
          c.rotate(i * 0.32);
          ellipse(c, 0, -58, 13, 60, i % 2 === 0 ? '#4e8a5b' : '#64a06f');
          c.restore();
        }
        box(c, 70, 50, 110, 86, 4, '#fbf7ef');
        ellipse(c, 125, 96, 26, 26, '#e9a23b');
        break;
      case 'pictures':
        box(c, 70, 46, 90, 120, 4, '#fffaf2');
        box(c, 82, 58, 66, 96, 2, '#d9674a');
        box(c, 480, 60, 110, 80, 4, '#fffaf2');
        box(c, 490, 70, 90, 60, 2, '#4f7f8f');
        ellipse(c, 562, 112, 14, 14, '#f4d58a');
        break;
    }
  }

  function drawPerson(c: CanvasRenderingContext2D, t: number): void {
    const { skin, hair, hairStyle, top } = look;
    if (hairStyle === 'long') box(c, 232, 100, 176, 190, 84, hair);
    if (hairStyle === 'bun') ellipse(c, 320, 54, 36, 32, hair);
    // Shoulders, collar, neck.
    box(c, 180, 268, 280, 180, 86, top);
    ellipse(c, 320, 272, 44, 24, shade(skin, -14));
    box(c, 293, 216, 54, 64, 22, shade(skin, -14));
    c.save();
    c.translate(320, 160);
    c.rotate(0.045 * Math.sin(t * 0.8));
    c.translate(-320, -160);
    for (const side of [-1, 1]) ellipse(c, 320 + side * 78, 166, 13, 19, shade(skin, -10));
    ellipse(c, 320, 158, 78, 92, skin);
    drawHair(c);
    drawFace(c, t);
    c.restore();
  }

  function drawHair(c: CanvasRenderingContext2D): void {
    const { hair, hairStyle } = look;
    c.save();
    c.beginPath();
    c.rect(200, 40, 240, hairStyle === 'long' ? 92 : 82);
    c.clip();
    ellipse(c, 320, 146, 86, hairStyle === 'short' ? 88 : 92, hair);
    c.restore();
    if (hairStyle === 'curly') {
      for (let i = 0; i < 9; i += 1) {
        const angle = Math.PI * (1 + i / 8);
        ellipse(c, 320 + 78 * Math.cos(angle), 128 + 62 * Math.sin(angle), 27, 27, hair);
      }
    }
    if (hairStyle !== 'curly') ellipse(c, 320, 128, 62, 16, look.skin);
  }

  function drawFace(c: CanvasRenderingContext2D, t: number): void {
    const { skin, hair } = look;
    if (look.beard) {
      c.save();
      c.beginPath();
      c.rect(230, 182, 180, 90);
      c.clip();
      ellipse(c, 320, 164, 77, 90, shade(hair, 14));
      ellipse(c, 320, 168, 56, 48, skin);
      c.restore();
    }
    const blink = Math.sin(t * 1.3) > 0.985 ? 0.12 : 1;
    const gaze = 2.5 * Math.sin(t * 0.6);
    for (const side of [-1, 1]) {
      const x = 320 + side * 30;
      ellipse(c, x, 156, 12, 9 * blink, '#ffffff');
      ellipse(c, x + gaze, 156, 6, 6.5 * blink, '#2c2320');
      c.strokeStyle = shade(hair, -6);
      c.lineWidth = 5;
      c.lineCap = 'round';
      c.beginPath();
      c.moveTo(x - 14, 138 - 1.5 * side);
      c.quadraticCurveTo(x, 131, x + 14, 138 + 1.5 * side);
      c.stroke();
      ellipse(c, 320 + side * 46, 186, 13, 8, blushOf(skin));
      if (look.glasses) {
        c.strokeStyle = '#33291f';
        c.lineWidth = 3.5;
        c.beginPath();
        c.roundRect(x - 21, 140, 42, 34, 12);
        c.stroke();
      }
    }
    if (look.glasses) box(c, 311, 152, 18, 3.5, 1, '#33291f');
    c.strokeStyle = shade(skin, -34);
    c.lineWidth = 3.5;
    c.beginPath();
    c.moveTo(320, 164);
    c.quadraticCurveTo(330, 184, 316, 186);
    c.stroke();
    const open = Math.max(0, Math.sin(t * 7) * Math.sin(t * 0.7));
    ellipse(c, 320, 210, 21, 5 + 9 * open, '#7c2f2b');
    ellipse(c, 320, 206 - open, 17, 3.5, '#fff7f0');
  }

  function blushOf(skin: string): string {
    return `color-mix(in srgb, ${skin} 72%, #e0604c)`;
  }

  /** A little lighter (positive) or darker, in per cent. */
  function shade(color: string, percent: number): string {
    const other = percent > 0 ? 'white' : 'black';
    return `color-mix(in srgb, ${color} ${String(100 - Math.abs(percent))}%, ${other})`;
  }

  function box(
    c: CanvasRenderingContext2D,
    x: number,
    y: number,
    w: number,
    h: number,
    radius: number,
    color: string,
  ): void {
    c.fillStyle = color;
    c.beginPath();
    c.roundRect(x, y, w, h, radius);
    c.fill();
  }

  function ellipse(
    c: CanvasRenderingContext2D,
    x: number,
    y: number,
    rx: number,
    ry: number,
    color: string,
  ): void {
    c.fillStyle = color;
    c.beginPath();
    c.ellipse(x, y, rx, ry, 0, 0, 2 * Math.PI);
    c.fill();
  }
}
