/* The figure that shows how to lie, sit or stand, drawn as SVG from the joints that the server computed.
 *
 * Contract with the page
 *   const poses = readPoses(await (await fetch("/poses.json")).json());   // Map: id of a stretch → pose
 *   drawPose(svg, pose, t, {side, view, reduced, words, ghost});
 *     svg      an <svg> element that belongs to the figure; its children are kept and changed, not made anew
 *     pose     poses.get(id); undefined where there is none: leave the svg hidden then
 *     t        0 the start … 1 the stretch; the page moves it back and forth, the figure has no clock
 *     side     "left", "right" or "both"; data is told for the left, the right is its mirror
 *     view     which of pose.views to draw, 0 by default; a twist may have two (make an svg for each)
 *     reduced  true: no movement is to be shown: the stretch itself is drawn, whatever t says
 *     words    {left, right}: what is written beside the worked limb, in the language of the session
 *     ghost    false leaves out the faint start pose and the arrow (for small cards)
 *   The svg gets a viewBox and fills its box; its label is the page's. Calls may come with every frame.
 *
 * Left is left: wherever left and right lie apart on the screen, left is on the left, as in a mirror.
 * Where one hides the other, the worked side is the near one. The word stands beside it either way.
 *
 * Shape of /poses.json (made by assistant/core/posing, written by assistant/store/poses.py)
 *   {joints: [name, …], poses: {id: {
 *     sides:     whether it is done left and right
 *     kind:      "hold" or "movement"
 *     frames:    [[x, y, z of each joint, then of each highlight point], [differences to the frame before], …]
 *                whole numbers in units of 2 mm; x to the body's left, y up, z forward; the floor is y = 0
 *     views:     [{name, matrix: [9], box: [x, y, width, height], mirror: true when left would be on the right}]
 *     props:     [{kind, tone, behind, points: [[x, y, z, radius], …]}]   the hull of these spheres
 *     straps:    [[joint or [x, y, z], …]]   a band through these
 *     highlight: [[radius, how many points], …]   they follow the joints in each frame
 *     arrow:     the joint whose path is drawn, or null
 *     mark:      the joint beside which the word left or right stands, or null
 *     both_ways: whether the arrow has two heads (a movement with the breath)
 *   }}}
 *
 * Looks are classes (pose.css): p-skin p-shirt p-trousers p-hair p-shoe, each with -far, p-prop-…, p-glow,
 * p-arrow, p-ghost, p-word. No inline style: the page's policy forbids it.
 */
