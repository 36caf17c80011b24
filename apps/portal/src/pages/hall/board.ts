import { useCallback, useEffect, useState } from 'react';

/** The layout for a hall's projector: the whole screen where the browser gives it, the whole window where not. */
export function useBoard(root: { readonly current: HTMLElement | null }): {
  readonly on: boolean;
  readonly toggle: () => void;
} {
  const [on, setOn] = useState(false);
  useEffect(() => {
    // Escape leaves the browser's full screen, and the layout with it.
    const changed = (): void => {
      if (document.fullscreenElement === null) setOn(false);
    };
    document.addEventListener('fullscreenchange', changed);
    return () => document.removeEventListener('fullscreenchange', changed);
  }, []);
  const toggle = useCallback(() => {
    setOn(!on);
    if (!on) root.current?.requestFullscreen().catch(() => undefined);
    else if (document.fullscreenElement) void document.exitFullscreen();
  }, [on, root]);
  return { on, toggle };
}
