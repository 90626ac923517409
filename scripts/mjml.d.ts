declare module 'mjml' {
  /** Compiles MJML; throws on what is not valid when `validationLevel` is strict. */
  export default function mjml2html(
    source: string,
    options?: { readonly validationLevel?: 'strict' | 'soft' | 'skip' },
  ): Promise<{ readonly html: string }>;
}
