/**
 * Counts what the caller may see. The other two ways to count ask the planner, and its figures are of everybody's
 * rows, whatever the policies hide.
 * @param prefer the header.
 */
export const withExactCount = (prefer: string): string =>
  prefer.replace(/count\s*=\s*(planned|estimated)/gi, 'count=exact')
