/**
 * The only list of what the pages may import from others.
 *
 * Belongs here: exports of the libraries named in package.json. Does not: code of ours.
 */
import htm from "htm";
import { h } from "preact";

export { h, render, Fragment } from "preact";
export { useCallback, useEffect, useLayoutEffect, useMemo, useRef, useState } from "preact/hooks";
export { signal, computed, effect, batch } from "@preact/signals";
export const html = htm.bind(h);
