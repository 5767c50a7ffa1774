import { hueOf, initialsOf } from '../colour';

/** Decoration: the name always stands beside it. */
export function Avatar({ name }: { name: string }) {
  return (
    <span class="avatar" style={{ '--hue': String(hueOf(name)) }} aria-hidden="true">
      {initialsOf(name)}
    </span>
  );
}
