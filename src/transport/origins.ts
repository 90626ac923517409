/** Which web pages may use the server: `same` those of this very host only, `any` all, a list those beside it. */
export type AllowedOrigins = 'any' | 'same' | readonly string[];

/** Whether a page of this origin may. */
export function isAllowedOrigin(origin: string, host: string | undefined, origins: AllowedOrigins): boolean {
  if (origins === 'any') return true;
  if (URL.canParse(origin) && new URL(origin).host === host) return true;
  return origins !== 'same' && origins.includes(origin);
}
