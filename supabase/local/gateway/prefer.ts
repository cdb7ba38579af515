/**
 * Counts what the caller may see. The other two ways to count ask the planner, and its figures are of everybody's
 * rows, whatever the policies hide.
 */
export function withExactCount(request: Request): Request {
  const prefer = request.headers.get('prefer')
  if (prefer)
    request.headers.set('prefer', prefer.replace(/count\s*=\s*(planned|estimated)/gi, 'count=exact'))
  return request
}
